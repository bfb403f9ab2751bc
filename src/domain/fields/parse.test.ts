import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldValue } from './lead.ts';
import { parseField, untypedField } from './parse.ts';
import type { BaseFieldType, FieldType } from './types.ts';
import { FIELD_TYPES } from './types.ts';

const AT = '2026-03-01T12:00:00.000Z';

const VALID: Record<BaseFieldType, [raw: unknown, normal: FieldValue][]> = {
  phone: [
    ['(512) 789-1111', '5127891111'],
    ['1 512 789 1111', '5127891111'],
    ['+1 512.789.1111', '5127891111'],
    [5127891111, '5127891111'],
    ['512-789-1111 x 44', '5127891111x44'],
    ['512-789-1111 ext. 44', '5127891111x44'],
    ['416-555-0123', '4165550123'],
    ['787-555-0123', '7875550123'],
    // An area code that the metadata does not know may be new.
    ['555-555-0142', '5555550142'],
    ['+44 20 7946 0958', '+442079460958'],
    ['011 44 20 7946 0958', '+442079460958'],
    ['+44 20 7946 0958 x7', '+442079460958x7'],
    ['+49 30 23125000', '+493023125000'],
    ['+1 876 555 0123', '+18765550123'],
  ],
  email: [
    ['Jane.Doe+Solar@Example.COM', 'jane.doe+solar@example.com'],
    [' jane @ example . com ', 'jane@example.com'],
    ['\u200bjane@mail.example.co.uk', 'jane@mail.example.co.uk'],
    ["o'hara@example.com", "o'hara@example.com"],
  ],
  number: [
    ['$1,100.50', 1100.5],
    ['1100 per month', 1100],
    ['$1100/month', 1100],
    ['-5', -5],
    ['-$1,100', -1100],
    ['$-5', -5],
    ['12%', 12],
    ['.5', 0.5],
    ['0', 0],
    [0, 0],
    ['-0', 0],
    ['USD 20', 20],
    ['20 €', 20],
    [1.25, 1.25],
  ],
  boolean: [
    ...['y', 'YES', 't', 'true', '1', ' on ', 1, true].map((raw): [unknown, boolean] => [raw, true]),
    ...['n', 'No', 'f', 'FALSE', '0', 'off', 0, false].map((raw): [unknown, boolean] => [raw, false]),
  ],
  range: [
    ['$1,000 to $10,000', '1000-10000'],
    ['1,000-2,000', '1000-2000'],
    ['1 – 10', '1-10'],
    ['10+', '10+'],
    ['$50,000 +', '50000+'],
    ['10', '10'],
    [10, '10'],
    ['-10 - -5', '-10--5'],
    ['999.95 to 10000.95', '999.95-10000.95'],
    ['10000-1000', '1000-10000'],
    ['$500-$1,000 per month', '500-1000'],
  ],
  date: [
    ['2014-06-02', '2014-06-02'],
    ['2014/6/2', '2014-06-02'],
    ['06022014', '2014-06-02'],
    ['20140602', '2014-06-02'],
    ['Jun 02 2014', '2014-06-02'],
    ['Mon Jun 02 2014', '2014-06-02'],
    ['June 2nd, 2014', '2014-06-02'],
    ['6/2/2014', '2014-06-02'],
    ['6/2/14', '2014-06-02'],
    ['06-02-2014', '2014-06-02'],
    ['6.2.2014', '2014-06-02'],
    ['6 / 2 / 2014', '2014-06-02'],
    ['18 July 2014', '2014-07-18'],
    ['Fri 18 July 2014', '2014-07-18'],
    ['18-Jul-2014', '2014-07-18'],
    ['18/7/2014', '2014-07-18'],
    ['18072014', '2014-07-18'],
    ['2014-18-07', '2014-07-18'],
    ['20141807', '2014-07-18'],
    ['Sept 3, 2014', '2014-09-03'],
    ['2/29/2024', '2024-02-29'],
    ['2014-06-02T23:30:00-05:00', '2014-06-02'],
    ['6/2/2014 6:27 PM', '2014-06-02'],
    ['6/2/69', '1969-06-02'],
  ],
  dob: [
    ['05/17/1980', '1980-05-17'],
    ['5/17/45', '1945-05-17'],
    ['5/17/14', '2014-05-17'],
    ['2/28/26', '2026-02-28'],
    ['3/2/26', '1926-03-02'],
    ['2026-03-01', '2026-03-01'],
  ],
  time: [
    ['2014-06-14T18:27:33Z', '2014-06-14T18:27:33.000Z'],
    ['2014-06-14T18:27:33.0219999Z', '2014-06-14T18:27:33.021Z'],
    ['2014-06-14T13:27:33-05:00', '2014-06-14T18:27:33.000Z'],
    ['2014-06-14 13:27:33 -0500', '2014-06-14T18:27:33.000Z'],
    ['20140614T182733Z', '2014-06-14T18:27:33.000Z'],
    ['Sat Jun 14 2014 13:27:33 GMT-0500 (CDT)', '2014-06-14T18:27:33.000Z'],
    ['Sat Jun 14 2014 13:27:33 GMT-0500 (Central Daylight Time)', '2014-06-14T18:27:33.000Z'],
    ['Sat, 14 Jun 2014 13:27:33 -0500', '2014-06-14T18:27:33.000Z'],
    ['06/14/2014 6:27:33 PM', '2014-06-14T18:27:33.000Z'],
    ['06/14/2014 1:27 pm CDT', '2014-06-14T18:27:00.000Z'],
    ['06/14/2014 12:05 AM', '2014-06-14T00:05:00.000Z'],
    ['2014-06-14T13:27:33 America/Chicago', '2014-06-14T18:27:33.000Z'],
    ['2014-06-14T13:27:33-05:00[America/Chicago]', '2014-06-14T18:27:33.000Z'],
    ['2014-06-14T23:57:33+05:30', '2014-06-14T18:27:33.000Z'],
    ['2014-06-14', '2014-06-14T00:00:00.000Z'],
    [1402770453, '2014-06-14T18:27:33.000Z'],
    ['1402770453021', '2014-06-14T18:27:33.021Z'],
  ],
  postal_code: [
    ['78704', '78704'],
    [' 78704-1234 ', '78704-1234'],
    ['787041234', '78704-1234'],
    ['78704 - 1234', '78704-1234'],
    ['78704-', '78704'],
    ['02134', '02134'],
    [78704, '78704'],
    ['q2e4u7', 'Q2E 4U7'],
    ['Q2E-4U7', 'Q2E 4U7'],
    ['A1 1AA', 'A1 1AA'],
    ['sw1a1aa', 'SW1A 1AA'],
    ['A111AA', 'A11 1AA'],
    ['aa11 1aa', 'AA11 1AA'],
  ],
  state: [
    ['tx', 'TX'],
    ['Texas', 'TX'],
    [' new  york ', 'NY'],
    ['N.Y.', 'NY'],
    ['Washington, D.C.', 'Washington, D.C.'],
    ['Washington D.C.', 'DC'],
    ['West Virginia', 'WV'],
    ['Puerto Rico', 'PR'],
    ['Ontario', 'ON'],
    ['Québec', 'QC'],
    [' Bavaria ', 'Bavaria'],
    ['', ''],
  ],
  gender: [['m', 'male'], ['F', 'female'], ['Female', 'female'], ['MALE', 'male'], ['woman', 'female'], ['o', 'other'], ['Non-Binary', 'other']],
  ssn: [['219-09-9999', '219099999'], ['219 09 9999', '219099999'], [219099999, '219099999'], ['SSN: 219.09.9999', '219099999']],
  url: [
    [' https://Example.com/a?b=c#d ', 'https://Example.com/a?b=c#d'],
    ['example.com/offer', 'example.com/offer'],
    ['http://localhost:8080', 'http://localhost:8080'],
  ],
  ip: [['192.0.2.7', '192.0.2.7'], [' 2001:db8::1 ', '2001:db8::1'], ['::ffff:192.0.2.7', '::ffff:192.0.2.7']],
  string: [[' text ', 'text'], [5, '5'], [false, 'false'], ['', '']],
  first_name: [[' Jane ', 'Jane'], ['O’Neil', 'O’Neil']],
  last_name: [[' van der Berg ', 'van der Berg']],
  street: [[' 1 Main St.  #4 ', '1 Main St.  #4']],
  city: [[' Austin ', 'Austin']],
  credential: [[' s3cret! ', 's3cret!']],
};

const INVALID: Partial<Record<BaseFieldType, unknown[]>> = {
  phone: ['512789111', 'call 512-789-1111', '111-111-1111', '442079460958', '+44 1', '911-555-0123', 'none', true, {}, ['5127891111', '5127891112']],
  email: ['jane', 'jane@', '@example.com', 'jane@example', 'a@b@example.com', 'jane@exa_mple.com', 'jane@example.c', 'a..b@example.com', `${'a'.repeat(65)}@example.com`],
  number: ['ten', '5k', '1.5 million', '1,5', '10-20', '2014-06-02', '5 of 6', true, 'NaN', Infinity, '12345678901234567890', '0.00000001', '--5'],
  boolean: ['maybe', '2', 2, 'yes please'],
  range: ['few', '1k-5k', '1-2-3', '10-', 'under 10'],
  date: ['2014-02-30', '13/13/2014', '2/29/2023', '00/10/2014', '2014-06', 'Foo 02 2014', '99999999', '2014-06-02T25:00:00Z', '6/2/214', 'Ma 02 2014', 20140631],
  dob: ['2026-03-02', '1/1/2030', '2014-02-30'],
  time: ['2014-06-14T25:00:00Z', '06/14/2014 13:00 PM', '2014-06-14T10:00:00 XYZ', '10:00', '2014-06-14T10:00:00+25:00', '2014-06-14T10:00:00 Moon/Crater', '9999-12-31T23:59:59-05:00', '12345'],
  postal_code: ['7870', '787041', 'garbage', 'ABC DEF', 2134],
  gender: ['5', 'asdf', true],
  ssn: ['12345678', '1234567890', 'abcd'],
  url: ['https://', 'donkey://example.com', 'whatever', 'jane@example.com', 'https://exa mple.com', 'javascript:alert(1)'],
  ip: ['256.1.1.1', '1.2.3', '192.0.2.7:80', '0x7f.1', 'example.com'],
  string: [{ a: 1 }, ['a', 'b']],
};

describe.each([...FIELD_TYPES])('%s', (type) => {
  it.each(VALID[type])('reads %j as %j', (raw, normal) => {
    expect(parseField(type, raw, AT)).toMatchObject({ type, raw, valid: true, value: normal });
  });

  it.each((INVALID[type] ?? []).map((raw) => ({ raw })))('refuses $raw', ({ raw }) => {
    expect(parseField(type, raw, AT)).toEqual({ type, raw, valid: false, value: null, parts: {} });
  });

  it('takes null and objects for no value', () => {
    for (const raw of [null, undefined, {}, []]) expect(parseField(type, raw, AT)).toMatchObject({ valid: false, value: null });
  });

  const likely = fc.oneof(
    fc.constantFrom(...VALID[type].map(([raw]) => raw)),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.stringMatching(/^[-0-9/.,: +$TZxamp@]{0,24}$/),
    fc.tuple(fc.constantFrom(...VALID[type].map(([raw]) => String(raw))), fc.string({ maxLength: 4 })).map(([text, more]) => text + more),
    fc.double(),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.emailAddress(),
    fc.webUrl(),
  );

  it('reads its own normal form as itself', () => {
    fc.assert(
      fc.property(likely, (raw) => {
        const first = parseField(type, raw, AT);
        if (!first.valid) return;
        const second = parseField(type, first.value, AT);
        expect({ value: second.value, parts: second.parts }).toEqual({ value: first.value, parts: first.parts });
      }),
      { numRuns: 1000 },
    );
  });

  it('survives anything, as one value and as a list', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withSparseArray: true }), (raw) => {
        const forms: FieldType[] = [type, `${type}[]`];
        for (const form of forms) {
          const field = parseField(form, raw, AT);
          expect(field.raw).toBe(raw);
          if (!field.valid) expect(field).toMatchObject({ value: Array.isArray(raw) && form !== type ? field.value : null, parts: {} });
        }
      }),
    );
  });
});

describe('parts', () => {
  it.each<[BaseFieldType, unknown, Record<string, FieldValue>]>([
    [
      'phone',
      '(512) 789-1111 x 44',
      { area: '512', exchange: '789', line: '1111', number: '7891111', extension: '44', country_code: 'US', country_calling_code: 1, is_tollfree: false },
    ],
    ['phone', '800-555-0199', { area: '800', exchange: '555', line: '0199', number: '5550199', extension: null, country_code: 'US', country_calling_code: 1, is_tollfree: true }],
    ['phone', '+44 20 7946 0958', { area: null, exchange: null, line: null, number: '2079460958', extension: null, country_code: 'GB', country_calling_code: 44, is_tollfree: false }],
    ['phone', '+44 808 157 0192', { area: null, exchange: null, line: null, number: '8081570192', extension: null, country_code: 'GB', country_calling_code: 44, is_tollfree: true }],
    ['email', 'jane+x@mail.example.co.uk', { user: 'jane+x', domain: 'mail.example.co.uk', tld: 'uk' }],
    ['range', '$1,000 to $10,000', { min: 1000, max: 10000, avg: 5500 }],
    ['range', '0.1-0.2', { min: 0.1, max: 0.2, avg: 0.15 }],
    ['range', '10+', { min: 10, max: null, avg: null }],
    ['range', '10', { min: 10, max: 10, avg: 10 }],
    ['date', '2014-06-02', { year: 2014, month: 6, day: 2, age: 11 }],
    ['dob', '2/28/1980', { year: 1980, month: 2, day: 28, age: 46 }],
    ['dob', '3/1/1980', { year: 1980, month: 3, day: 1, age: 46 }],
    ['dob', '3/2/1980', { year: 1980, month: 3, day: 2, age: 45 }],
    ['date', '2030-01-01', { year: 2030, month: 1, day: 1, age: null }],
    ['postal_code', '78704-1234', { zip: '78704', four: '1234', country: 'US' }],
    ['postal_code', '78704', { zip: '78704', four: null, country: 'US' }],
    ['postal_code', 'q2e4u7', { zip: null, four: null, country: 'CA' }],
    ['postal_code', 'A1 1AA', { zip: null, four: null, country: 'GB' }],
    ['url', 'HTTPS://Example.com:8443/a/b?x=1&y=2#top', { protocol: 'https', host: 'example.com', port: 8443, path: '/a/b', query: 'x=1&y=2', hash: 'top' }],
    ['url', 'example.com', { protocol: null, host: 'example.com', port: null, path: '/', query: null, hash: null }],
  ])('of %s %j', (type, raw, parts) => {
    expect(parseField(type, raw, AT).parts).toEqual(parts);
  });

  it('have no age when nothing says what day it is', () => {
    expect(parseField('dob', '1980-05-17')).toMatchObject({ value: '1980-05-17', parts: { age: null } });
  });
});

describe('lists', () => {
  it('reads every item, and one value as a list of one', () => {
    expect(parseField('phone[]', ['(512) 789-1111', '', '+44 20 7946 0958'])).toMatchObject({ valid: true, value: ['5127891111', '+442079460958'], parts: {} });
    expect(parseField('number[]', '$5')).toMatchObject({ valid: true, value: [5] });
    expect(parseField('boolean[]', [0, 'yes'])).toMatchObject({ valid: true, value: [false, true] });
  });

  it('is invalid when one item is, which goes out as it came', () => {
    const raw = ['(512) 789-1111', 'none'];
    expect(parseField('phone[]', raw)).toEqual({ type: 'phone[]', raw, valid: false, value: ['5127891111', 'none'], parts: {} });
    expect(parseField('phone[]', ['some', 'none'])).toMatchObject({ valid: false, value: null });
    expect(parseField('string[]', ['a', { b: 1 }])).toMatchObject({ valid: false, value: null });
    expect(parseField('string[]', [['nested']])).toMatchObject({ valid: false });
  });

  it('takes an array of one for a type of one value', () => {
    expect(parseField('phone', ['(512) 789-1111'])).toMatchObject({ valid: true, value: '5127891111' });
  });
});

describe('undeclared fields', () => {
  it.each([['  as it is '], [0], [false], [null], [['a', 1, [true, null]]], [[]], ['']])('keeps %j', (raw) => {
    expect(untypedField(raw)).toEqual({ type: 'string', raw, valid: true, value: raw, parts: {} });
  });

  it.each([[{ a: 1 }], [[{ a: 1 }]], [Number.NaN]])('cannot hold %j', (raw) => {
    expect(untypedField(raw)).toEqual({ type: 'string', raw, valid: false, value: null, parts: {} });
  });
});
