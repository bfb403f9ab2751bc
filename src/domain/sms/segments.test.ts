import { describe, expect, it } from 'vitest';
import { countSegments } from './segments.ts';

const partsOf = (text: string) => countSegments(text).segments;

describe('message parts of an SMS', () => {
  it('hold 160 characters of GSM-7 alone, 153 joined', () => {
    expect(countSegments('')).toEqual({ encoding: 'GSM-7', segments: 1 });
    expect(countSegments('a'.repeat(160))).toEqual({ encoding: 'GSM-7', segments: 1 });
    expect([161, 306, 307, 459, 460].map((length) => partsOf('a'.repeat(length)))).toEqual([2, 2, 3, 3, 4]);
  });

  it('take letters of the basic table as one, and those of the extension as two', () => {
    expect(countSegments(`${'é'.repeat(80)}${'Ω'.repeat(80)}`)).toEqual({ encoding: 'GSM-7', segments: 1 });
    expect(partsOf('€'.repeat(80))).toBe(1);
    expect(partsOf('€'.repeat(81))).toBe(2);
  });

  it('never cut a character of two units', () => {
    // 152 and an extension character: the escape would be the 153rd unit.
    expect(partsOf(`${'a'.repeat(152)}€${'a'.repeat(152)}`)).toBe(3);
    expect(partsOf(`${'a'.repeat(151)}€${'a'.repeat(153)}`)).toBe(2);
    expect(partsOf(`ж${'a'.repeat(65)}😀${'a'.repeat(66)}`)).toBe(3);
  });

  it('hold 70 characters of UCS-2 alone, 67 joined, as soon as one is not in GSM-7', () => {
    expect(countSegments(`’${'a'.repeat(69)}`)).toEqual({ encoding: 'UCS-2', segments: 1 });
    expect([70, 71, 134, 135].map((length) => partsOf('ж'.repeat(length)))).toEqual([1, 2, 2, 3]);
    expect(partsOf('😀'.repeat(35))).toBe(1);
    expect(partsOf('😀'.repeat(36))).toBe(2);
  });
});
