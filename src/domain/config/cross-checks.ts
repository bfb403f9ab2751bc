import { nearest } from './nearest.ts';
import type { Outline } from './outline.ts';
import type { DocumentPath } from './strings.ts';
import { parseTarget, type Target } from './target.ts';

/** Something found by looking at several parts of a configuration together. */
export interface Finding {
  path: DocumentPath;
  message: string;
  severity: 'error' | 'warning';
  suggestion?: string;
}

function error(path: DocumentPath, message: string, suggestion?: string): Finding {
  const finding: Finding = { path, message, severity: 'error' };
  return suggestion === undefined ? finding : { ...finding, suggestion };
}

function repeatedIds(items: { id: string | null }[], path: DocumentPath, kind: string): Finding[] {
  const first = new Map<string, number>();
  return items.flatMap(({ id }, index) => {
    if (id === null) return [];
    const earlier = first.get(id);
    if (earlier !== undefined) return [error([...path, index, 'id'], `another ${kind} has this id already (entry ${earlier} of the list); ids must be unique`)];
    first.set(id, index);
    return [];
  });
}

/** Ids are unique: sources, buyers, routes, and destinations within their buyer. */
export function checkIds(outline: Outline): Finding[] {
  return [
    ...repeatedIds(outline.sources, ['sources'], 'source'),
    ...repeatedIds(outline.buyers, ['buyers'], 'buyer'),
    ...outline.buyers.flatMap((buyer, index) => repeatedIds(buyer.destinations, ['buyers', index, 'destinations'], 'destination of this buyer')),
    ...repeatedIds(outline.routes, ['routes'], 'route'),
  ];
}

type Known = ReadonlyMap<string, string[]>;

function knownDestinations(outline: Outline): Known {
  return new Map(
    outline.buyers.flatMap(({ id, destinations }): [string, string[]][] => {
      return id === null ? [] : [[id, destinations.flatMap((destination) => (destination.id === null ? [] : [destination.id]))]];
    }),
  );
}

function checkTarget(target: Target, path: DocumentPath, known: Known): Finding[] {
  const destinations = known.get(target.buyer);
  if (!destinations) {
    const meant = nearest(target.buyer, known.keys());
    const suggestion = meant === undefined ? undefined : target.destination === null ? meant : `${meant}/${target.destination}`;
    const hint = suggestion === undefined ? 'declare it under `buyers`' : `did you mean "${suggestion}"?`;
    return [error(path, `there is no buyer "${target.buyer}"; ${hint}`, suggestion)];
  }
  if (target.destination === null || destinations.includes(target.destination)) return [];
  const meant = nearest(target.destination, destinations);
  const suggestion = meant === undefined ? undefined : `${target.buyer}/${meant}`;
  const hint = suggestion === undefined ? `it has ${destinations.join(', ')}` : `did you mean "${suggestion}"?`;
  return [error(path, `buyer "${target.buyer}" has no destination "${target.destination}"; ${hint}`, suggestion)];
}

/** Routes name buyers and destinations that are there, and no destination twice in one plan. */
export function checkTargets(outline: Outline): Finding[] {
  const known = knownDestinations(outline);
  return outline.routes.flatMap((route, index) => {
    const planned = new Map<string, string>();
    return route.targets.flatMap(({ path: inner, text }): Finding[] => {
      const target = parseTarget(text);
      if (!target) return [];
      const path: DocumentPath = ['routes', index, ...inner];
      const wrong = checkTarget(target, path, known);
      if (wrong.length > 0) return wrong;
      const destinations = target.destination === null ? (known.get(target.buyer) ?? []) : [target.destination];
      const twice = [...new Set(destinations)].flatMap((destination) => {
        const name = `${target.buyer}/${destination}`;
        const earlier = planned.get(name);
        planned.set(name, earlier ?? text);
        return earlier === undefined ? [] : [{ name, earlier }];
      });
      const first = twice[0];
      if (!first) return [];
      const names = twice.map(({ name }) => name).join(', ');
      return [error(path, `${names} would get the same lead twice: "${first.earlier}" in this route delivers there already; remove one`)];
    });
  });
}

/** A route behind one without a condition can never match. */
export function checkReachability(outline: Outline): Finding[] {
  const last = outline.routes.findIndex((route) => route.isUnconditional);
  if (last === -1) return [];
  const blocker = outline.routes[last]?.id ?? `entry ${last} of the list`;
  return outline.routes.slice(last + 1).map((_, offset): Finding => {
    const message = `this route can never match: route ${blocker} before it has no condition and takes every lead`;
    return { path: ['routes', last + 1 + offset], message, severity: 'warning' };
  });
}
