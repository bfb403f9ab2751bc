import { parsePath, splitMarkup } from './path.ts';
import type { PathSegment } from './path.ts';

interface Place {
  /** The first rule that puts a value right here. */
  valueBy: number | null;
  /** The first rule that needs this place to hold keys, and the first that needs it to hold elements. */
  keysBy: number | null;
  elementsBy: number | null;
  children: Map<string, Place>;
  /** How the first rule that came here spelled the way: `0` or `[0]`. */
  spelled: { kind: PathSegment['kind']; by: number } | null;
}

/**
 * Targets that cannot stand in one document: a value and an object at the same place (`lead` and `lead.email`), or an
 * array and an object (`phones.0` and `phones.home`; at the root the numbers are then keys, and `0` and `[0]` the same one). The same target twice is none: the last one wins.
 */
export function findCollisions(targets: readonly string[], markup: boolean): { path: (string | number)[]; message: string }[] {
  const root = emptyPlace();
  const found: { path: (string | number)[]; message: string }[] = [];
  targets.forEach((to, index) => {
    const parsed = parsePath(to);
    if (!parsed.ok) return;
    const collision = insert(root, markup ? splitMarkup(parsed.segments) : parsed.segments, index, markup);
    if (collision !== null) found.push({ path: [index, 'to'], message: describe(to, targets[collision.other] ?? '', collision.other, collision.kind) });
  });
  return found;
}

type CollisionKind = 'value' | 'array' | 'name';

function insert(root: Place, segments: PathSegment[], rule: number, markup: boolean): { other: number; kind: CollisionKind } | null {
  let place = root;
  for (const segment of segments) {
    const besideValue = markup && !segment.quoted && /^[@#]/.test(segment.name);
    if (!besideValue && place.valueBy !== null) return { other: place.valueBy, kind: 'value' };
    const isRoot = place === root;
    if (!isRoot && segment.kind === 'index' && place.keysBy !== null) return { other: place.keysBy, kind: 'array' };
    if (!isRoot && segment.kind === 'key' && place.elementsBy !== null) return { other: place.elementsBy, kind: 'array' };
    if (segment.kind === 'index') place.elementsBy ??= rule;
    else place.keysBy ??= rule;
    const child = place.children.get(segment.name) ?? emptyPlace({ kind: segment.kind, by: rule });
    if (isRoot && child.spelled !== null && child.spelled.kind !== segment.kind) return { other: child.spelled.by, kind: 'name' };
    place.children.set(segment.name, child);
    place = child;
  }
  const below = [...place.children].find(([name]) => !(markup && /^[@#]/.test(name)))?.[1];
  if (below) return { other: place.elementsBy ?? place.keysBy ?? rule, kind: 'value' };
  place.valueBy ??= rule;
  return null;
}

function emptyPlace(spelled: Place['spelled'] = null): Place {
  return { valueBy: null, keysBy: null, elementsBy: null, children: new Map(), spelled };
}

const REASONS: Readonly<Record<CollisionKind, string>> = {
  value: 'one place cannot hold both a value and what is below it',
  array: 'one place cannot be both a list and an object',
  name: 'beside names, a number at the root is a name itself',
};

function describe(to: string, other: string, rule: number, kind: CollisionKind): string {
  const reason = REASONS[kind];
  return `"${to}" and "${other}" (rule ${rule + 1}) collide: ${reason}. Rename one; brackets quote a literal key: [${to}]`;
}
