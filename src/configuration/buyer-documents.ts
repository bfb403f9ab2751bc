import type { ConfigMistake } from '../domain/config/mistake.ts';
import { isMapping, writePath } from '../domain/config/strings.ts';
import { outlineOf } from '../domain/config/outline.ts';
import { parseTarget } from '../domain/config/target.ts';

function buyersOf(document: unknown): unknown[] {
  const buyers = isMapping(document) ? document['buyers'] : undefined;
  return Array.isArray(buyers) ? buyers : [];
}

const placeOf = (document: unknown, id: string): number => outlineOf(document).buyers.findIndex((buyer) => buyer.id === id);

function withBuyers(document: unknown, buyers: unknown[]): unknown {
  return { ...(isMapping(document) ? document : {}), buyers };
}

/** One buyer's part of a document, or undefined. */
export function buyerDocument(document: unknown, id: string): unknown {
  const place = placeOf(document, id);
  return place === -1 ? undefined : buyersOf(document)[place];
}

/** The document with one buyer replaced or added, and the buyer's place in the list. Its id may be left out. */
export function withBuyer(document: unknown, id: string, buyer: unknown): { document: unknown; place: number } {
  const buyers = buyersOf(document);
  const found = placeOf(document, id);
  const place = found === -1 ? buyers.length : found;
  const entry = isMapping(buyer) ? { id, ...buyer } : buyer;
  return { document: withBuyers(document, buyers.toSpliced(place, 1, entry)), place };
}

/** The document without one buyer. */
export function withoutBuyer(document: unknown, id: string): unknown {
  const place = placeOf(document, id);
  return withBuyers(document, buyersOf(document).toSpliced(place, place === -1 ? 0 : 1));
}

/** The ids of the routes that name a buyer, or one of its destinations. */
export function routesNaming(document: unknown, buyer: string): string[] {
  return outlineOf(document).routes.flatMap((route) => {
    return route.id !== null && route.targets.some(({ text }) => parseTarget(text)?.buyer === buyer) ? [route.id] : [];
  });
}

/** Mistakes in a buyer that was sent alone have paths in what was sent, not in the document around it. */
export function relativeToBuyer(mistakes: ConfigMistake[], place: number): ConfigMistake[] {
  return relativeToPlace(mistakes, writePath(['buyers', place]));
}

/** Paths inside `prefix` become relative to it; others stay. */
export function relativeToPlace(mistakes: ConfigMistake[], prefix: string): ConfigMistake[] {
  return mistakes.map((mistake) => {
    if (mistake.path === prefix) return { ...mistake, path: '' };
    const next = mistake.path.charAt(prefix.length);
    if (!mistake.path.startsWith(prefix) || (next !== '.' && next !== '[')) return mistake;
    return { ...mistake, path: mistake.path.slice(prefix.length + (next === '.' ? 1 : 0)) };
  });
}
