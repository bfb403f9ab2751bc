import { parsePath } from '../mapping/path.ts';
import type { Parsed } from './parsed.ts';

/** No buyer's answer nests deeper; what does would exhaust the stack of whoever walks it. */
const MAX_DEPTH = 100;

/** Parses JSON. Integers too large to be exact in a JavaScript number (long ids) become strings, digit by digit. */
export function parseJson(text: string): Parsed<unknown> {
  try {
    let value: unknown = JSON.parse(text);
    const exact = quoteLargeIntegers(text);
    if (exact !== text) value = JSON.parse(exact);
    return isTooDeep(value) ? { ok: false, why: `it nests deeper than ${MAX_DEPTH} levels` } : { ok: true, value };
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, why: 'it is not valid JSON' };
    throw error;
  }
}

function quoteLargeIntegers(text: string): string {
  if (!/\d{16}/.test(text)) return text;
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, (token) =>
    /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  );
}

function isTooDeep(root: unknown): boolean {
  const waiting: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth >= MAX_DEPTH) return true;
    for (const child of Object.values(next.value)) waiting.push({ value: child, depth: next.depth + 1 });
  }
  return false;
}

/** Null when `path` is a dot path such as `result.items.0.id`, `items.*.id` or `meta[a.b]`; otherwise what is wrong with it. */
export function checkJsonPath(path: string): string | null {
  const parsed = parsePath(withoutRoot(path));
  if (!parsed.ok) return parsed.message;
  const odd = parsed.segments.find((segment) => !segment.quoted && /[\\/()|^+?<>="']/.test(segment.name));
  return odd === undefined ? null : `"${odd.name}" is no plain key; put it in brackets if the answer really has such a key: [${odd.name}]`;
}

/** The values at a dot path, in order; `*` goes through every element or value. None when the path leads nowhere. */
export function valuesAtJsonPath(root: unknown, path: string): unknown[] {
  const parsed = parsePath(withoutRoot(path));
  if (!parsed.ok) return [];
  return parsed.segments.reduce<unknown[]>((values, segment) => values.flatMap((value) => step(value, segment.name, !segment.quoted && segment.name === '*')), [root]);
}

function step(value: unknown, key: string, all: boolean): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (all) return Object.values(value);
  if (Array.isArray(value)) return /^\d+$/.test(key) && Number(key) < value.length ? [value[Number(key)]] : [];
  return Object.entries(value).flatMap(([name, child]: [string, unknown]) => (name === key ? [child] : []));
}

/** People bring `$.a.b` along from JSONPath; the root needs no name here. */
function withoutRoot(path: string): string {
  return path.replace(/^\$\.?(?=.)/, '');
}

/** A JSON value as texts: lists item by item, null not at all, objects as JSON. */
export function jsonTexts(value: unknown): string[] {
  switch (typeof value) {
    case 'string':
      return [value];
    case 'number':
    case 'boolean':
      return [String(value)];
    case 'object':
      if (value === null) return [];
      return Array.isArray(value) ? value.flatMap(jsonTexts) : [JSON.stringify(value)];
    default:
      return [];
  }
}
