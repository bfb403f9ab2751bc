import { isMapping } from './strings.ts';

/**
 * What can be made out of a document although parts of it may be wrong: enough to check how its parts refer to each
 * other, so that a mistake in one place hides none in another.
 */
export interface Outline {
  sources: { id: string | null; fields: string[] }[];
  buyers: { id: string | null; destinations: { id: string | null; type: string | null; document: unknown }[] }[];
  routes: { id: string | null; when: string | null; isUnconditional: boolean; targets: { path: (string | number)[]; text: string }[] }[];
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const keyOf = (value: unknown, key: string): unknown => (isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined);

function textOf(value: unknown, key: string): string | null {
  const text = keyOf(value, key);
  return typeof text === 'string' ? text : null;
}

function targetsOf(route: unknown): { path: (string | number)[]; text: string }[] {
  return listOf(keyOf(route, 'deliver')).flatMap((entry, index) => {
    const candidates: { path: (string | number)[]; text: unknown }[] =
      typeof entry === 'string'
        ? [{ path: ['deliver', index], text: entry }]
        : listOf(keyOf(entry, 'firstOf')).map((text, place) => ({ path: ['deliver', index, 'firstOf', place], text }));
    return candidates.flatMap(({ path, text }) => (typeof text === 'string' ? [{ path, text }] : []));
  });
}

/** Reads an outline from any document; what has the wrong shape is left out, but keeps its place in its list. */
export function outlineOf(document: unknown): Outline {
  return {
    sources: listOf(keyOf(document, 'sources')).map((source) => {
      const fields = keyOf(source, 'fields');
      return { id: textOf(source, 'id'), fields: isMapping(fields) ? Object.keys(fields) : [] };
    }),
    buyers: listOf(keyOf(document, 'buyers')).map((buyer) => ({
      id: textOf(buyer, 'id'),
      destinations: listOf(keyOf(buyer, 'destinations')).map((destination) => {
        return { id: textOf(destination, 'id'), type: textOf(destination, 'type'), document: destination };
      }),
    })),
    routes: listOf(keyOf(document, 'routes')).map((route) => {
      const isUnconditional = isMapping(route) && !Object.hasOwn(route, 'when');
      return { id: textOf(route, 'id'), when: textOf(route, 'when'), isUnconditional, targets: targetsOf(route) };
    }),
  };
}
