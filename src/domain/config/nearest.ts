import { distance } from 'fastest-levenshtein';

const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, '');

/** The candidate that was probably meant: `timeout` for `timout`, `holdFor` for `hold_for`. Undefined when none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: { candidate: string; edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = distance(plain(word), plain(candidate));
    const allowed = Math.max(1, Math.ceil(Math.max(word.length, candidate.length) * 0.35));
    if (edits <= allowed && (!best || edits < best.edits)) best = { candidate, edits };
  }
  return best?.candidate;
}
