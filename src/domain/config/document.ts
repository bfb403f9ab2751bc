import { LineCounter, parseDocument } from 'yaml';
import type { ConfigMistake } from './mistake.ts';
import { isTooDeep } from './strings.ts';

/** A mistake in the text itself, before it has any paths. `path` repeats line and column, both from 1, for a reader. */
export interface TextMistake extends ConfigMistake {
  line: number;
  column: number;
}

export type ReadDocument = { ok: true; document: unknown } | { ok: false; mistakes: TextMistake[] };

/** Aliases are convenient for repeated mappings; more than this is a bomb. */
const MOST_ALIASES = 100;

function mistakeAt(line: number, column: number, message: string): TextMistake {
  return { path: `line ${line}, column ${column}`, message, line, column };
}

/** Words of our own by the parser's code: its messages may quote the text, and the text may hold credentials. */
const YAML_MESSAGES: Record<string, string> = {
  BAD_ALIAS: 'this alias cannot stand here',
  BAD_INDENT: 'the indentation does not fit what stands around it; are brackets closed and levels aligned?',
  BAD_SCALAR_START: 'a value cannot start with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a mapping cannot begin here; a value that contains ": " needs quotes',
  DUPLICATE_KEY: 'this key stands here twice; keep one',
  MISSING_CHAR: 'a closing character is missing, a quote, bracket, colon or comma',
  MULTIPLE_DOCS: 'a second document begins here; the configuration is one document',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line; is a ":" missing?',
  NON_STRING_KEY: 'a key must be text',
  TAB_AS_INDENT: 'tabs cannot indent; use spaces',
  TAG_RESOLVE_FAILED: 'this tag is not known; only plain values can stand here',
  UNEXPECTED_TOKEN: 'this cannot stand here',
};

function readYaml(text: string): ReadDocument {
  const lineCounter = new LineCounter();
  const parsed = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true, stringKeys: true, merge: false, prettyErrors: false, lineCounter });
  const problems = [...parsed.errors, ...parsed.warnings];
  if (problems.length > 0) {
    const mistakes = problems.map(({ code, pos }) => {
      const { line, col } = lineCounter.linePos(pos[0]);
      return mistakeAt(line, col, YAML_MESSAGES[code] ?? `this is not valid YAML (${code})`);
    });
    return { ok: false, mistakes };
  }
  const document: unknown = parsed.toJS({ maxAliasCount: MOST_ALIASES });
  return isTooDeep(document) ? tooDeep() : { ok: true, document };
}

const tooDeep = (): ReadDocument => ({ ok: false, mistakes: [mistakeAt(1, 1, 'the document nests deeper than 64 levels, or contains itself')] });

/** Reads JSON as the YAML that it is too: that parser tells places, and sees what JSON's passes over. */
function jsonProblems(text: string): { code: string; line: number; column: number }[] {
  const lineCounter = new LineCounter();
  const parsed = parseDocument(text, { version: '1.2', schema: 'json', uniqueKeys: true, prettyErrors: false, lineCounter });
  return parsed.errors.map(({ code, pos }) => {
    const { line, col } = lineCounter.linePos(pos[0]);
    return { code, line, column: col };
  });
}

/** Where JSON stops being JSON. The engine tells the position of some faults only. */
function placeOfFault(text: string, message: string): { line: number; column: number } {
  const position = message.startsWith('Unexpected end') ? text.length : /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return jsonProblems(text)[0] ?? { line: 1, column: 1 };
  const before = text.slice(0, Number(position)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

type ParsedJson = { ok: true; document: unknown } | { ok: false; engineMessage: string };

function parseJson(text: string): ParsedJson {
  try {
    const document: unknown = JSON.parse(text);
    return { ok: true, document };
  } catch (cause) {
    return { ok: false, engineMessage: cause instanceof Error ? cause.message : '' };
  }
}

function readJson(text: string): ReadDocument {
  const read = parseJson(text);
  if (!read.ok) {
    const { line, column } = placeOfFault(text, read.engineMessage);
    return { ok: false, mistakes: [mistakeAt(line, column, 'this is not valid JSON')] };
  }
  if (isTooDeep(read.document)) return tooDeep();
  // JSON keeps the last of two equal keys and says nothing.
  const repeated = jsonProblems(text).filter(({ code }) => code === 'DUPLICATE_KEY');
  if (repeated.length === 0) return read;
  return { ok: false, mistakes: repeated.map(({ line, column }) => mistakeAt(line, column, 'this key stands here twice; keep one')) };
}

/**
 * Reads the text of a configuration, JSON or YAML 1.2 (core schema). `auto` tries JSON first; a content type with `json`
 * takes nothing else. Mistakes carry line and column and repeat nothing of the text.
 */
export function readDocument(text: string, contentType: string): ReadDocument {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const isJson = contentType === 'auto' ? parseJson(body).ok : /\bjson\b/i.test(contentType);
  try {
    return isJson ? readJson(body) : readYaml(body);
  } catch (cause) {
    // The parser throws, without a place, for what only shows while values are put together.
    if (cause instanceof ReferenceError) {
      const bomb = cause.message.startsWith('Excessive');
      const message = bomb ? `aliases repeat more than ${MOST_ALIASES} values; write them out` : 'an alias (`*name`) names no anchor (`&name`) before it';
      return { ok: false, mistakes: [mistakeAt(1, 1, message)] };
    }
    if (cause instanceof RangeError) return tooDeep();
    throw cause;
  }
}
