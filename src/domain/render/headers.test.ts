import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHeaderName, mergeHeaders } from './headers.ts';

/** Any characters, lone surrogates and control characters among them. */
const anyText = fc.string({ unit: fc.oneof(fc.integer({ min: 0, max: 0x17f }), fc.integer({ min: 0, max: 0x1ffff })).map((code) => String.fromCodePoint(code)) });

describe('mergeHeaders', () => {
  it('merges without case, the later in the place of the earlier', () => {
    expect(mergeHeaders([['Content-Type', 'a'], ['X-One', '1']], [['content-type', 'b'], ['X-Two', '2']])).toEqual([['content-type', 'b'], ['X-One', '1'], ['X-Two', '2']]);
  });

  it('sends no blank header and lets none replace another', () => {
    expect(mergeHeaders([['X-One', '1'], ['X-Two', ' ']], [['x-one', '']])).toEqual([['X-One', '1']]);
  });

  it('removes line breaks, other control characters and what headers cannot carry', () => {
    expect(mergeHeaders([['X-A', 'a\r\nX-Evil: 1\u0000\u2028\tb é – 😀']])).toEqual([['X-A', 'aX-Evil: 1 b é - ?']]);
  });

  it('makes only headers that can be sent', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, anyText)), (headers) => {
        const merged = mergeHeaders(headers);
        new Headers(merged);
        expect(merged.every(([name, value]) => isHeaderName(name) && value !== '' && !/\p{Cc}/u.test(value))).toBe(true);
      }),
    );
  });
});
