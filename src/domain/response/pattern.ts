import type { RE2JS } from 're2js';
import { compilePattern } from '../conditions/pattern.ts';
import type { Parsed } from './parsed.ts';

const UNSUPPORTED = 'lookaround such as (?=…), back references such as \\1, and possessive or atomic groups are not supported, because they can run away';

/** Instructions of a compiled pattern: each may cost a step per character, and a body has a quarter of a million of them. */
const MAX_PROGRAM_SIZE = 300;

/** More hits of one pattern are not read. */
const MAX_HITS = 1_000;
/** Characters times instructions: each hit may look at all that is left of the text, so a long text gives fewer hits. */
const MAX_STEPS = 20_000_000;

/** Splits `/regex/flags`; null for a text that is not written so. */
function splitPattern(text: string): { pattern: string; flags: string } | null {
  const match = /^\/(.+)\/([dgimsuy]*)$/s.exec(text.trim());
  return match?.[1] === undefined ? null : { pattern: match[1], flags: match[2] ?? '' };
}

/** True for a text written as `/regex/flags`. */
export function isPattern(text: string): boolean {
  return splitPattern(text) !== null;
}

function compile(pattern: string, flags: string): Parsed<RE2JS> {
  const compiled = compilePattern(flags === '' ? pattern : `(?${flags})${pattern}`);
  if (!compiled.ok) return { ok: false, why: `${compiled.message}; ${UNSUPPORTED}` };
  if (compiled.pattern.programSize() <= MAX_PROGRAM_SIZE) return { ok: true, value: compiled.pattern };
  return { ok: false, why: 'the pattern repeats or lists too much for a long answer; use smaller counts, or * and + instead of them' };
}

/**
 * The pattern of a search: a regular expression, bare or as `/regex/flags`. It ignores case whatever its flags (`(?-i)` in
 * front changes that); of the flags `m` and `s` have an effect. RE2: linear time, so no pattern can run away.
 */
export function compileSearch(text: string): Parsed<RE2JS> {
  const { pattern, flags } = splitPattern(text) ?? { pattern: text, flags: '' };
  return compile(pattern, `i${onlyKnown(flags)}`);
}

/** A pattern that takes something out of a text: it has exactly one group, and minds case unless written `/regex/i`. */
export function compileCapture(text: string): Parsed<RE2JS> {
  const { pattern, flags } = splitPattern(text) ?? { pattern: text, flags: '' };
  const compiled = compile(pattern, `${flags.includes('i') ? 'i' : ''}${onlyKnown(flags)}`);
  if (!compiled.ok || compiled.value.groupCount() === 1) return compiled;
  return { ok: false, why: 'a pattern that takes out a value has exactly one group, such as id=(\\d+); write (?:…) for groups that only hold together' };
}

function onlyKnown(flags: string): string {
  return ['m', 's'].filter((flag) => flags.includes(flag)).join('');
}

/** What the group of a capture finds in a text, hit by hit; of a very long text the first hits only. */
export function captureAll(pattern: RE2JS, text: string): string[] {
  const found: string[] = [];
  const matcher = pattern.matcher(text);
  const mostHits = Math.min(MAX_HITS, Math.max(1, Math.floor(MAX_STEPS / (pattern.programSize() * (text.length + 1)))));
  while (found.length < mostHits && matcher.find()) found.push(matcher.group(1) ?? '');
  return found;
}
