import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatDate } from './date.ts';
import { TooMuchWork, applyTransforms } from './transform.ts';
import type { Transform } from './transform-schema.ts';
import type { FieldValue } from '../fields/lead.ts';

describe('applyTransforms', () => {
  const cases: [FieldValue | undefined, Transform[], FieldValue | undefined][] = [
    [' ca ', ['trim', 'uppercase'], 'CA'],
    ['ANN O\'BRIEN-SMITH don\'t', ['title'], "Ann O'Brien-Smith Don't"],
    [42, ['uppercase', 'trim'], 42],
    [true, ['uppercase'], 'TRUE'],
    ['(512) 555-0142', ['digits'], '5125550142'],
    ['a😀bc', [{ truncate: 2 }], 'a😀'],
    ['a.b.c', [{ replace: { search: '.', with: '$&' } }], 'a$&b$&c'],
    ['2024-01-31', [{ replace: { pattern: '(\\d+)-(\\d+)-(\\d+)', with: '$2/$3/$1 $$' } }], '01/31/2024 $'],
    ['aaa', [{ replace: { pattern: 'x*', with: '-' } }], '-a-a-a-'],
    ['5125550142', [{ substring: { start: 0, length: 3 } }], '512'],
    ['5125550142', [{ substring: { start: -4 } }], '0142'],
    ['Purchase', [{ lookup: { table: { purchase: 1, refi: 2 } } }], 1],
    [false, [{ lookup: { table: { true: 'Y', false: 'N' } } }], 'N'],
    ['other', [{ lookup: { table: { a: 1 } } }], 'other'],
    ['other', [{ lookup: { table: { a: 1 }, otherwise: null } }], null],
    ['constructor', [{ lookup: { table: { a: 1 }, otherwise: 'none' } }], 'none'],
    [undefined, ['uppercase', { default: 'x' }, 'uppercase'], 'X'],
    ['', [{ default: 0 }], 0],
    [0, [{ default: 5 }], 0],
    [1234567.5, [{ number: { decimals: 2, thousands: true } }], '1,234,567.50'],
    ['$1,100.50', [{ number: {} }], 1100.5],
    [1100.005, [{ number: { decimals: 2, thousands: '.' } }], '1.100.01'],
    [-0.001, [{ number: { decimals: 0 } }], '0'],
    ['soon', [{ number: { decimals: 2 } }], 'soon'],
    ['a, b', [{ split: ',' }, 'trim', 'uppercase'], ['A', 'B']],
    [['a', 'b'], [{ join: '|' }], 'a|b'],
    ['abc', ['md5'], '900150983cd24fb0d6963f7d28e17f72'],
    [5125550142, ['sha256'], createHash('sha256').update('5125550142').digest('hex')],
    [undefined, ['sha1'], undefined],
  ];
  it.each(cases)('%j by %j is %j', (value, transforms, expected) => expect(applyTransforms(value, transforms)).toEqual(expected));

  it('cannot hang on a pattern', () => {
    const text = `${'a'.repeat(30_000)}!`;
    expect(applyTransforms(text, [{ replace: { pattern: '^(a+)+$', with: '' } }])).toBe(text);
  });

  it('cannot hang on a text that is nearly a number', () => {
    for (const text of [`${' '.repeat(20_000)}x`, `-${' '.repeat(20_000)}x`, `$${' '.repeat(20_000)}x`]) expect(applyTransforms(text, [{ number: {} }])).toBe(text);
  });

  it('refuses a pattern that looks at all of a long text for each of its many hits', () => {
    const transforms: Transform[] = [{ replace: { pattern: 'a*b|a', with: 'x' } }];
    expect(applyTransforms('a'.repeat(1_000), transforms)).toBe('x'.repeat(1_000));
    const long = 'a'.repeat(50_000);
    expect(() => applyTransforms(long, transforms)).toThrow(TooMuchWork);
    expect(() => applyTransforms(Array.from({ length: 50 }, (_, index) => long.slice(0, 4_000 + index)), transforms)).toThrow(TooMuchWork);
  });
});

describe('formatDate', () => {
  it.each([
    ['1990-01-05', 'MM/DD/YYYY', 'America/Chicago', '01/05/1990'],
    ['1990-01-05', 'D.M.YY', undefined, '5.1.90'],
    ['2024-03-10T04:30:00.000Z', 'YYYY-MM-DD', 'America/Chicago', '2024-03-09'],
    ['2024-03-10T04:30:00.000Z', 'YYYY-MM-DDTHH:mm:ss.SSSZ', 'America/Chicago', '2024-03-09T22:30:00.000-06:00'],
    ['2024-03-10T13:05:09.007Z', 'h:m:s A hh a H ZZ [at] MMM', undefined, '1:5:9 PM 01 pm 13 +0000 at Mar'],
    ['2024-03-10T04:30:00.500Z', 'X', undefined, 1710045000],
    ['2024-03-10T04:30:00.500Z', 'x', undefined, 1710045000500],
    ['1990-01-05', 'X', 'America/Chicago', 631519200],
    ['31/31/2020', 'YYYY-MM-DD', undefined, '31/31/2020'],
    ['2024-02-31', 'MM/DD/YYYY', undefined, '2024-02-31'],
    [42, 'YYYY', undefined, 42],
  ])('%s as %s in %s is %s', (value, format, timezone, expected) => expect(formatDate(value, format, timezone)).toBe(expected));
});
