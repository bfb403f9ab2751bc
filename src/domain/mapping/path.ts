/** The largest index a mapping may name; gaps close up, so nobody needs a larger one. */
export const MAX_INDEX = 999;
const MAX_SEGMENTS = 32;

/** One step of a target path. An `index` counts elements of an array; a quoted key (`[a.b]`) is always a key. */
export interface PathSegment {
  kind: 'key' | 'index';
  name: string;
  quoted: boolean;
}

export type ParsedPath = { ok: true; segments: PathSegment[] } | { ok: false; message: string };

/**
 * Reads a target such as `contact.phones.0` or `foo[a.b]`: dots nest, a numeric segment is an index. Brackets quote a literal key
 * that would otherwise be split or counted, and may hold balanced brackets; behind a name, around anything else, they are part of the
 * name, as in a form's `profile[interest]`.
 */
export function parsePath(to: string): ParsedPath {
  const segments: PathSegment[] = [];
  let at = 0;
  while (at < to.length || segments.length === 0) {
    if (to[at] === '[') {
      const end = closingBracket(to, at);
      if (end === null) return { ok: false, message: `"${to}" opens a bracket and does not close it` };
      if (end === at + 1) return { ok: false, message: `"${to}" has empty brackets; write an index as a segment: "phones.0"` };
      segments.push({ kind: 'key', name: to.slice(at + 1, end), quoted: true });
      at = end + 1;
    } else {
      const end = endOfName(to, at);
      const name = to.slice(at, end);
      if (name.trim() === '') return { ok: false, message: to.trim() === '' ? 'it needs a name to send the value under' : `"${to}" has an empty part between its dots` };
      if (name.replaceAll(NAMED_BRACKETS, '').includes(']')) return { ok: false, message: `"${to}" closes a bracket that it did not open` };
      segments.push(plainSegment(name));
      at = end;
    }
    if (segments.length > MAX_SEGMENTS) return { ok: false, message: `a path may have at most ${MAX_SEGMENTS} parts` };
    if (to[at] === '.') {
      at += 1;
      if (at === to.length) return { ok: false, message: `"${to}" ends with a dot` };
    } else if (at < to.length && to[at] !== '[') {
      return { ok: false, message: `"${to}" needs a dot after its bracket` };
    }
  }
  return { ok: true, segments };
}

/** Brackets with neither a dot nor a bracket inside, and not only digits: part of the name before them. */
const NAMED_BRACKETS = /\[(?!\d+\])[^[\].]+\]/g;

function endOfName(to: string, from: number): number {
  const rest = to.slice(from);
  const length = rest.replaceAll(NAMED_BRACKETS, (brackets) => '_'.repeat(brackets.length)).search(/[.[]/);
  return length === -1 ? to.length : from + length;
}

function closingBracket(to: string, open: number): number | null {
  let depth = 0;
  for (let at = open; at < to.length; at += 1) {
    if (to[at] === '[') depth += 1;
    if (to[at] === ']') depth -= 1;
    if (depth === 0) return at;
  }
  return null;
}

/**
 * Splits XML's additions off the last segment: `lead@id` becomes `lead`, `@id`; `lead#text` becomes `lead`, `#text`.
 * A quoted segment stays whole.
 */
export function splitMarkup(segments: PathSegment[]): PathSegment[] {
  const last = segments.at(-1);
  const match = last === undefined || last.quoted ? null : /^(.+?)(@.+|#text|#cdata)$/.exec(last.name);
  if (match?.[1] === undefined || match[2] === undefined) return segments;
  return [...segments.slice(0, -1), plainSegment(match[1]), { kind: 'key', name: match[2], quoted: false }];
}

function plainSegment(name: string): PathSegment {
  return { kind: /^(?:0|[1-9]\d*)$/.test(name) ? 'index' : 'key', name, quoted: false };
}

/** The segments of any target: one that cannot be read as a path (a field's name under `map: auto`) is one literal key. */
export function pathSegments(to: string): PathSegment[] {
  const parsed = parsePath(to);
  return parsed.ok ? parsed.segments : [{ kind: 'key', name: to, quoted: true }];
}

/** The same for two spellings of one path (`a.b` and `a[b]`), different for any two paths. */
export function pathKey(to: string): string {
  return JSON.stringify(pathSegments(to).map(({ kind, name }) => [kind, name]));
}
