import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PatternSet, type Pattern } from './pattern-set.ts';
import { Ranges } from './ranges.ts';
import { plainView } from './text-view.ts';

const plain = (text: string): Pattern => ({ text, isCompact: false, padding: 0 });

/** Where the patterns stand, found by trying each at each place. */
function naively(text: string, patterns: readonly string[]): boolean[] {
  const hidden = Array.from({ length: text.length }, () => false);
  for (const pattern of patterns) {
    for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) hidden.fill(true, at, at + pattern.length);
  }
  return hidden;
}

it('finds what looking for each pattern at each place finds', () => {
  const letters = fc.constantFrom('a', 'b', 'c', 'é', '\u3042');
  const pattern = fc.string({ unit: letters, minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 12 }), fc.string({ unit: letters, maxLength: 60 }), (patterns, text) => {
      const found = new Ranges();
      new PatternSet(patterns.map(plain)).scan(plainView(text), [], found);
      const hidden = Array.from({ length: text.length }, () => false);
      for (const [start, end] of found.merged()) hidden.fill(true, start, end);
      expect(hidden).toEqual(naively(text, patterns));
    }),
    { numRuns: 2_000 },
  );
});

it('collects few ranges from a text that is one match after the other', () => {
  const found = new Ranges();
  new PatternSet([plain('a'.repeat(1_000)), plain('aa')]).scan(plainView('a'.repeat(100_000)), [], found);
  expect(found.merged()).toEqual([[0, 100_000]]);
});
