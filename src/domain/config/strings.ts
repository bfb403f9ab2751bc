/** Keys and indexes from a document's root to one of its values. */
export type DocumentPath = (string | number)[];

export interface FoundString {
  path: DocumentPath;
  text: string;
}

/** No configuration needs more; what goes deeper is a mistake, or a trick to exhaust the stack. */
const DEEPEST = 64;

/** True for a mapping: an object that is no list. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function childrenOf(value: unknown): [string | number, unknown][] {
  if (Array.isArray(value)) return value.map((item: unknown, index) => [index, item]);
  return isMapping(value) ? Object.entries(value) : [];
}

/** True when a document nests deeper than any configuration needs, or without end because it contains itself. */
export function isTooDeep(document: unknown): boolean {
  const waiting: { value: unknown; depth: number }[] = [{ value: document, depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.depth > DEEPEST) return true;
    for (const [, value] of childrenOf(next.value)) {
      if (typeof value === 'object' && value !== null) waiting.push({ value, depth: next.depth + 1 });
    }
  }
  return false;
}

/** Every string value of a document, in order, with where it stands. Keys are not values. */
export function stringsIn(document: unknown, path: DocumentPath = []): FoundString[] {
  if (typeof document === 'string') return [{ path, text: document }];
  return childrenOf(document).flatMap(([key, value]) => stringsIn(value, [...path, key]));
}

/** A copy of a document in which every string value is what `replace` makes of it. */
export function mapStrings(document: unknown, replace: (text: string, path: DocumentPath) => string, path: DocumentPath = []): unknown {
  if (typeof document === 'string') return replace(document, path);
  if (Array.isArray(document)) return document.map((item: unknown, index) => mapStrings(item, replace, [...path, index]));
  if (!isMapping(document)) return document;
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, mapStrings(value, replace, [...path, key])]));
}

/** The value at a path, or undefined. */
export function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  let value = document;
  for (const key of path) {
    if (Array.isArray(value) && typeof key === 'number') value = value[key];
    else if (isMapping(value) && typeof key === 'string' && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

/** A path as a person reads it: `buyers[0].destinations[1].headers["X-Campaign"]`. */
export function writePath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((written, key) => {
    if (typeof key === 'number') return `${written}[${key}]`;
    const name = String(key);
    if (!/^[A-Za-z_]\w*$/.test(name)) return `${written}[${JSON.stringify(name)}]`;
    return written === '' ? name : `${written}.${name}`;
  }, '');
}
