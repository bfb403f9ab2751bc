import { distance } from 'fastest-levenshtein';

const PREFIX = 'LEADRAIL_';
/** Beyond that it is another word, not a slip. */
const CLOSE_ENOUGH = 4;

/** A warning for each LEADRAIL_ variable that nothing reads, with the known one that was probably meant. */
export function unknownVariables(given: string[], known: string[]): string[] {
  const ours = known.filter((name) => name.startsWith(PREFIX));
  return given
    .filter((name) => name.startsWith(PREFIX) && !ours.includes(name))
    .map((name) => {
      const [nearest] = ours.map((candidate) => ({ candidate, steps: distance(name, candidate) })).sort((a, b) => a.steps - b.steps);
      const meant = nearest !== undefined && nearest.steps <= CLOSE_ENOUGH ? ` Did you mean ${nearest.candidate}?` : '';
      return `${name} is not a setting of Leadrail and has no effect.${meant}`;
    });
}
