import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeText } from '../../src/domain/render/charset.ts';
import { renderJson } from '../../src/domain/render/json.ts';
import type { Tree } from '../../src/domain/render/tree.ts';
import { charset, decodeIndependently, fieldScalar, hostileText } from './arbitraries.ts';

/** Keys that are one once their marks are gone or their marks are composed. */
const key = fc.oneof(fc.constantFrom('e', 'é', 'e\u0301', 'ê', 'ss', 'ß', 'EUR', '€', '"', '“', 'e (2)'), hostileText);

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fieldScalar,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.uniqueArray(fc.tuple(key, tie('tree')), { maxLength: 5, selector: ([name]) => name }).map((entries) => new Map(entries)),
  ),
}));

/** The same document as plain data; a key such as `__proto__` is only a key. */
function plain(value: Tree): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, child]) => [key, plain(child)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

/** How many values a document holds: of two equal keys a parser keeps one, and one value is gone. */
function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, child) => sum + countValues(child), 1);
}

describe('JSON', () => {
  it('is read back by JSON.parse as the same document, key by key in order', () => {
    fc.assert(
      fc.property(tree, (document) => {
        const bytes = encodeText(renderJson(document), 'utf-8');
        expect(JSON.stringify(JSON.parse(decodeIndependently(bytes, 'utf-8')))).toBe(JSON.stringify(plain(document)));
      }),
      { numRuns: 300 },
    );
  });

  it('holds in Latin-1 whatever UTF-8 holds', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const bytes = encodeText(renderJson([text], 'latin-1'), 'latin-1');
        expect(JSON.parse(decodeIndependently(bytes, 'latin-1'))).toEqual([text.normalize('NFC')]);
        // Browsers and many libraries take the name iso-8859-1 for windows-1252, which has other characters from 0x80 to 0x9f.
        expect(bytes.find((byte) => byte >= 0x80 && byte <= 0x9f)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('has every value in every character set: no two keys become one', () => {
    fc.assert(
      fc.property(tree, charset, (document, target) => {
        const bytes = encodeText(renderJson(document, target), target);
        expect(countValues(JSON.parse(decodeIndependently(bytes, target)))).toBe(countValues(plain(document)));
      }),
      { numRuns: 300 },
    );
  });
});
