import { makeLanguage } from './environment.ts';
import type { ConditionLanguage } from './environment.ts';
import { describeSyntax, explainFailure } from './explain.ts';
import { findBadPattern } from './literal-patterns.ts';
import { rewriteCondition } from './rewrite.ts';
import { toConditionValue } from './values.ts';

const MAX_LENGTH = 2_000;
const CACHE_SIZE = 1_000;
const LANGUAGE_CACHE_SIZE = 50;

/** What a condition came to. A condition that could not be evaluated is false, and `problem` says why, without any value. */
export interface ConditionResult {
  value: boolean;
  problem: string | null;
}

type CompiledCondition = { ok: true; evaluate: (variables: Record<string, unknown>) => unknown } | { ok: false; message: string };

/** Null when `source` is a condition over these variables; otherwise what is wrong with it, for the person who wrote it. */
export function checkCondition(source: string, variables: readonly string[]): string | null {
  const compiled = compileCondition(source, variables);
  return compiled.ok ? null : compiled.message;
}

/**
 * Evaluates a CEL condition. `variables` are plain data: JSON values, or Maps (which keep their order and any key).
 * An absent field reads as null; `has()` tells whether it is there. Never throws, and cannot hang.
 */
export function evaluateCondition(source: string, variables: Record<string, unknown>): ConditionResult {
  const compiled = compileCondition(source, Object.keys(variables));
  if (!compiled.ok) return refused(source, compiled.message);
  try {
    const value = compiled.evaluate(variables);
    return typeof value === 'boolean' ? { value, problem: null } : refused(source, 'it gives neither true nor false');
  } catch (error) {
    return refused(source, explainFailure(error));
  }
}

function refused(source: string, why: string): ConditionResult {
  const shown = source.length > 120 ? `${source.slice(0, 120)}…` : source;
  return { value: false, problem: `the condition ${shown} counts as false: ${why}` };
}

const conditions = new Map<string, CompiledCondition>();
const languages = new Map<string, ConditionLanguage>();

function compileCondition(source: string, variables: readonly string[]): CompiledCondition {
  const names = [...variables].sort();
  const key = JSON.stringify([names, source]);
  const known = conditions.get(key);
  if (known) return known;
  const compiled = compile(source, languageFor(names));
  if (conditions.size >= CACHE_SIZE) conditions.clear();
  conditions.set(key, compiled);
  return compiled;
}

function languageFor(names: readonly string[]): ConditionLanguage {
  const key = names.join(' ');
  const known = languages.get(key);
  if (known) return known;
  const language = makeLanguage(names);
  if (languages.size >= LANGUAGE_CACHE_SIZE) languages.clear();
  languages.set(key, language);
  return language;
}

function compile(source: string, language: ConditionLanguage): CompiledCondition {
  if (source.trim() === '') return { ok: false, message: 'a condition is empty; leave it out to match always' };
  if (source.length > MAX_LENGTH) return { ok: false, message: `a condition may have at most ${MAX_LENGTH} characters` };
  try {
    const checked = language.authored.check(source);
    if (!checked.valid) return { ok: false, message: describeSyntax(checked.error) };
    if (checked.type !== 'bool' && checked.type !== 'dyn') return { ok: false, message: `it gives ${checked.type ?? 'a value'}, neither true nor false; compare it with something` };
    const { ast } = language.authored.parse(source);
    const badPattern = findBadPattern(ast);
    if (badPattern !== null) return { ok: false, message: badPattern };
    const program = language.rewritten.parse(rewriteCondition(ast));
    const rechecked = program.check();
    if (!rechecked.valid) return { ok: false, message: describeSyntax(rechecked.error) };
    return {
      ok: true,
      evaluate: (variables) => {
        language.reset();
        const result: unknown = program(Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, toConditionValue(value)])));
        return result;
      },
    };
  } catch (error) {
    return { ok: false, message: describeSyntax(error) };
  }
}
