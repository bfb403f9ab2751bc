import { RE2JS } from 're2js';

const MAX_PATTERN_LENGTH = 500;
/** Instructions of the compiled program: the matching time grows with it, so `(a{1000}){1000}` has to stay out. */
const MAX_PROGRAM_SIZE = 300;
const CACHE_SIZE = 500;

/** A regular expression of the RE2 dialect (no backreferences, no lookaround), or why the text is none. */
export type CompiledPattern = { ok: true; pattern: RE2JS } | { ok: false; message: string };

const cache = new Map<string, CompiledPattern>();

/**
 * Compiles a pattern that a person wrote. Matching takes time linear in the text, whatever the pattern: none can run away.
 * The message tells what is wrong with the pattern and never quotes what it is matched against.
 */
export function compilePattern(source: string): CompiledPattern {
  const known = cache.get(source);
  if (known) return known;
  const compiled = compile(source);
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(source, compiled);
  return compiled;
}

function compile(source: string): CompiledPattern {
  if (source.length > MAX_PATTERN_LENGTH) return { ok: false, message: `the pattern is longer than ${MAX_PATTERN_LENGTH} characters` };
  try {
    const pattern = RE2JS.compile(source);
    return pattern.programSize() > MAX_PROGRAM_SIZE
      ? { ok: false, message: 'the pattern repeats too much; use smaller counts' }
      : { ok: true, pattern };
  } catch (error) {
    return { ok: false, message: `the pattern does not compile: ${error instanceof Error ? error.message : 'unknown syntax'}` };
  }
}
