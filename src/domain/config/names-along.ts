import { valueAt } from './strings.ts';

/** The names of what a path lies in, for a reader who does not count list entries: ` (buyer acme, destination api)`. */
export function namesAlong(document: unknown, path: readonly PropertyKey[]): string {
  const kinds: Record<string, string> = { sources: 'source', buyers: 'buyer', destinations: 'destination', routes: 'route' };
  const names = path.flatMap((key, index) => {
    const kind = typeof key === 'number' ? kinds[String(path[index - 1])] : undefined;
    const id = kind === undefined ? undefined : valueAt(document, [...path.slice(0, index + 1), 'id']);
    return kind !== undefined && typeof id === 'string' && /^[\w-]{1,63}$/.test(id) ? [`${kind} ${id}`] : [];
  });
  return names.length > 0 ? ` (${names.join(', ')})` : '';
}
