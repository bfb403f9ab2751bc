import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseField } from '../../src/domain/fields/parse.ts';
import { sampleFields } from '../../src/domain/fields/sample.ts';
import { FIELD_TYPES, type BaseFieldType, type FieldType } from '../../src/domain/fields/types.ts';
import { applyMapping } from '../../src/domain/mapping/apply.ts';
import { leadOf } from '../../src/domain/mapping/lead-of.test-support.ts';
import { hostileText, rawField } from './arbitraries.ts';

const RECEIVED_AT = '2024-03-10T04:30:00.000Z';

/** Forms that people write, for each type and none; taken apart and put together again they are nearly right. */
const HUMAN = [
  '(512) 789-1111', '1 512 789 1111 x 44', '+44 20 7946 0958', '512.789.1111 ext 5', 'Ann@Example.COM', ' a+b @ mail.example ', '$1,100.50', '1100 per month', '-5', 'USD 20', '.5', 'yes', 'N', 'on', '0', '$1,000 to $10,000', '10+', '1,000-2,000',
  '2014-06-02', '6/2/2014', '18/7/2014', '06022014', 'Jun 02 2014', '18 July 2014', '6/2/45', '2014-06-14T13:27:33-05:00', '06/14/2014 6:27 PM EST', '1402770453', '1402770453000', '78704-1234', '787041234', 'q2e4u7', 'a1 1aa', 'Texas', 'n.y.', 'Québec', 'm', 'Female',
  '219-09-9999', 'example.com/a?b#c', 'HTTPS://Example.com:443/', 'http://[::1]/', '192.0.2.1', '::ffff:192.0.2.1', '1e21', '١٢٣', '９９９', '−5', '9999-12-31T23:59:59-14:00', '29 Feb 2023',
];
const nearly = fc
  .tuple(fc.constantFrom(...HUMAN), fc.constantFrom(...HUMAN, '', ' '), fc.nat({ max: 25 }), fc.oneof(fc.constant(''), fc.stringMatching(/^[-0-9/.,: +$TZxampk@]{0,3}$/), hostileText))
  .map(([one, other, at, between]) => one.slice(0, at) + between + (at % 2 === 0 ? one.slice(at) : other.slice(at)));
const raw: fc.Arbitrary<unknown> = fc.oneof({ weight: 3, arbitrary: fc.constantFrom<unknown>(...HUMAN) }, { weight: 5, arbitrary: nearly }, { weight: 3, arbitrary: rawField }, { weight: 1, arbitrary: fc.jsonValue() });

describe.each([...FIELD_TYPES])('a field of type %s', (type) => {
  it('never throws; its normal form is read again as the same; what is invalid goes out as it came', () => {
    fc.assert(
      fc.property(raw, fc.constantFrom<FieldType>(type, `${type}[]`), (value, asType) => {
        const field = parseField(asType, value, RECEIVED_AT);
        if (field.valid) {
          expect(parseField(asType, field.value, RECEIVED_AT)).toEqual({ ...field, raw: field.value });
          expectJson([field.value, field.parts]);
        } else {
          expect(field).toEqual({ type: asType, raw: value, valid: false, value: Array.isArray(value) ? field.value : null, parts: {} });
          if (typeof value === 'string' && value.trim() !== '') {
            const sent = applyMapping('auto', leadOf({ x: value }, { x: asType }));
            expect(sent).toMatchObject({ values: [{ to: 'x', value }] });
          }
        }
      }),
      { numRuns: 120 },
    );
  });
});

/** What a mapping can send as it is: JSON gives the same back. */
function expectJson(value: unknown): void {
  expect(JSON.parse(JSON.stringify(value))).toEqual(value);
}

describe('sample values', () => {
  it('are valid for each type', () => {
    const types: BaseFieldType[] = [...FIELD_TYPES];
    for (const type of types) expect(parseField(type, sampleFields({ x: { type, required: false } })['x'], RECEIVED_AT).valid).toBe(true);
  });
});
