import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldValue, Lead } from '../../src/domain/fields/lead.ts';
import { applyMapping } from '../../src/domain/mapping/apply.ts';
import { checkMapping } from '../../src/domain/mapping/check.ts';
import { leadOf } from '../../src/domain/mapping/lead-of.test-support.ts';
import { mapSchema, type Mapping } from '../../src/domain/mapping/schema.ts';
import { renderForm } from '../../src/domain/render/form.ts';
import { renderJson } from '../../src/domain/render/json.ts';
import { buildTree } from '../../src/domain/render/tree.ts';
import { renderXml } from '../../src/domain/render/xml.ts';
import { FIELD_NAMES, fieldScalar, hostileText, lead, rawField, type Step, target } from './arbitraries.ts';

/** A rule that sends a value to a place: a fixed one, or one that came with the lead. */
interface PlacedValue {
  target: { to: string; steps: Step[] };
  value: FieldValue;
  isFixed: boolean;
}

const placedValue: fc.Arbitrary<PlacedValue> = fc.record({ target, value: fc.oneof(fieldScalar, fc.array(fieldScalar, { maxLength: 3 })), isFixed: fc.boolean() });

function mappingOf(placed: PlacedValue[]): Mapping {
  return mapSchema.parse(placed.map(({ target: { to }, value, isFixed }, index) => (isFixed ? { to, value } : { to, from: `field ${index}` })));
}

const leadWith = (placed: PlacedValue[]): Lead => leadOf(Object.fromEntries(placed.map(({ value }, index) => [`field ${index}`, value])));

/** What is written in the configuration is always sent; of a lead, what is not empty. */
function isSent({ value, isFixed }: PlacedValue): boolean {
  const isEmpty = (part: FieldValue): boolean => (Array.isArray(part) ? part.every(isEmpty) : part === null || (typeof part === 'string' && part.trim() === ''));
  return isFixed || !isEmpty(value);
}

const isBelow = (below: Step[], above: Step[]): boolean => below.length > above.length && above.every(({ name }, index) => below[index]?.name === name);

/** Two targets that no document can hold both: one inside the other, or a list and an object at one place. */
function collide(one: Step[], other: Step[]): boolean {
  if (isBelow(one, other) || isBelow(other, one)) return true;
  // `0` beside `[0]`: the quoted one is a name, and so are they all.
  if (one[0] !== undefined && one[0].name === other[0]?.name && one[0].kind !== other[0].kind) return true;
  // At the root numbers and names may stand beside each other: then the numbers are names too.
  const fork = one.findIndex(({ name, kind }, index) => name !== other[index]?.name || kind !== other[index].kind);
  return fork > 0 && one[fork] !== undefined && other[fork] !== undefined && one[fork].kind !== other[fork].kind;
}

/** The naive way: put each value in its place, one after the other, then close the gaps. */
class Expected {
  readonly children = new Map<string, Expected | { value: unknown }>();
  isList = true;

  put([first, ...rest]: Step[], value: unknown): void {
    if (first === undefined) return;
    this.isList &&= first.kind === 'index';
    if (rest.length === 0) {
      this.children.set(first.name, { value });
      return;
    }
    const known = this.children.get(first.name);
    const child = known instanceof Expected ? known : new Expected();
    this.children.set(first.name, child);
    child.put(rest, value);
  }

  toValue(): unknown {
    const entries = [...this.children].map(([name, child]): [string, unknown] => [name, child instanceof Expected ? child.toValue() : child.value]);
    return this.isList && entries.length > 0 ? entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value) : Object.fromEntries(entries);
  }
}

function expectedDocument(placed: PlacedValue[]): unknown {
  const last = new Map<string, PlacedValue>();
  for (const one of placed) {
    if (!isSent(one)) continue;
    const place = JSON.stringify(one.target.steps);
    last.delete(place);
    last.set(place, one);
  }
  const root = new Expected();
  for (const { target: { steps }, value } of last.values()) root.put(steps, value);
  return root.toValue();
}

describe('a mapping', () => {
  it('has a collision exactly when two of its targets cannot stand in one document', () => {
    fc.assert(
      fc.property(fc.array(target, { maxLength: 6 }), (targets) => {
        const expected = targets.some((one, index) => targets.slice(0, index).some((other) => collide(one.steps, other.steps)));
        const found = checkMapping(mapSchema.parse(targets.map(({ to }) => ({ to, value: 1 }))), 'json');
        expect(found.map(({ message }) => message).filter((message) => !message.includes('collide'))).toEqual([]);
        expect(found.length > 0).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('puts every value at its path and nothing else, where it has no collision', () => {
    fc.assert(
      fc.property(fc.array(placedValue, { maxLength: 6 }), (placed) => {
        const mapping = mappingOf(placed);
        fc.pre(checkMapping(mapping, 'json').length === 0);
        const mapped = applyMapping(mapping, leadWith(placed));
        const text = mapped.ok ? renderJson(buildTree(mapped.values)) : '';
        // As text: order counts, and so does a key such as __proto__. JSON.parse takes the last of two equal keys, so lengths tell of a lost one.
        expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(expectedDocument(placed)));
        expect(text.length).toBe(JSON.stringify(JSON.parse(text)).length);
      }),
      { numRuns: 500 },
    );
  });

  it('loses no value even where a collision got through', () => {
    // Few names, so that most of them are in each other's way; all spell different paths.
    const near = fc
      .array(fc.constantFrom('a', 'b', '0', '[a.b]', '[0]'), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.reduce((to, part) => (to === '' || part.startsWith('[') ? to + part : `${to}.${part}`), ''));
    const far = fc.uniqueArray(target, { maxLength: 8, selector: ({ steps }) => JSON.stringify(steps) }).map((targets) => targets.map(({ to }) => to));
    fc.assert(
      fc.property(fc.oneof(fc.uniqueArray(near, { maxLength: 8 }), far), (targets) => {
        const text = renderJson(buildTree(targets.map((to, index) => ({ to, value: `value ${index}` }))));
        expect(textsIn(JSON.parse(text)).sort()).toEqual(targets.map((_, index) => `value ${index}`).sort());
      }),
      { numRuns: 500 },
    );
  });

  it('auto sends every field that has a value, under whatever name, exactly once', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(target.map(({ to }) => to), hostileText), { maxLength: 8 }), (names) => {
        const fields = new Map(names.map((name, index) => [name, { type: 'string' as const, raw: '', valid: true, value: `value ${index}`, parts: {} }]));
        const mapped = applyMapping('auto', { ...leadOf({}), fields });
        expect(mapped.ok && textsIn(JSON.parse(renderJson(buildTree(mapped.values)))).sort()).toEqual(names.map((_, index) => `value ${index}`).sort());
      }),
    );
  });
});

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const source = fc.oneof(
  fc.record({ from: fc.oneof(fc.constantFrom(...FIELD_NAMES, 'lead.id', 'phone.area', 'delivery.id'), hostileText.filter((text) => text !== '' && text.length <= 500)) }),
  fc.record({ value: rawField }),
  fc.record({ template: fc.oneof(fc.array(fc.oneof(fc.constantFrom(...FIELD_NAMES).map((name) => `{${name}}`), fc.constantFrom(' ', ', ', 'x', '{{', '}}')), { maxLength: 5 }).map((parts) => parts.join('')), hostileText) }),
);

const transform = fc.oneof(
  fc.constantFrom('uppercase', 'lowercase', 'title', 'trim', 'digits', 'md5', 'sha1', 'sha256'),
  fc.record({ truncate: fc.nat({ max: 10 }) }),
  fc.record({ replace: fc.record({ search: fc.constantFrom('a', '\ud800', '$&'), with: hostileText }) }),
  fc.record({ replace: fc.record({ pattern: fc.constantFrom('a*', '(.)', '\\b', '^', '[^a]', '(a|b)*$', '(?i)x?'), with: fc.oneof(fc.constantFrom('$&', '$1', '$$', ''), hostileText) }) }),
  fc.record({ default: fc.oneof(hostileText, fc.integer(), fc.boolean()) }),
  fc.record({ substring: fc.record({ start: fc.integer({ min: -5, max: 5 }), length: fc.nat({ max: 5 }) }) }),
  fc.record({ lookup: fc.record({ table: fc.dictionary(fc.oneof(hostileText, fc.constantFrom('a', '__proto__')), fc.integer(), { minKeys: 1 }), otherwise: fc.constantFrom('x', null) }) }),
  fc.record({ number: fc.record({ decimals: fc.nat({ max: 20 }), thousands: fc.constantFrom(true, '.', '') }) }),
  fc.record({ split: fc.constantFrom(',', 'a', ' ') }),
  fc.record({ join: hostileText }),
);

const rule = fc
  .tuple(
    fc.record({ to: fc.oneof(target.map(({ to }) => to), fc.constantFrom('lead@id', 'lead#text', 'lead.x#cdata', '@a')) }),
    source,
    fc.record(
      {
        transform: fc.array(transform, { maxLength: 4 }),
        date: fc.constantFrom('YYYY-MM-DD', 'X', 'MMMM [at] HH:mm Z'),
        format: fc.constantFrom('+1{value}', '{value}{a}', '{{{value}}}'),
        when: fc.constantFrom('lead.a == 1', 'lead.b.matches("a*")', 'size(lead.phone) > 3', 'has(lead.constructor)', 'lead.test'),
        required: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  )
  .map((parts) => Object.assign({}, ...parts) as unknown);

describe('any mapping that passes the check, of any lead', () => {
  it('is applied and rendered without a throw, and what is required is sent or named', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant('auto'), fc.array(rule, { maxLength: 6 })), lead, (written, someLead) => {
        const mapping = mapSchema.parse(written);
        fc.pre(checkMapping(mapping, 'xml').length === 0);
        const mapped = applyMapping(mapping, someLead, { 'delivery.id': 'd-1' });
        if (!mapped.ok) {
          const required = mapping === 'auto' ? [] : mapping.filter((one) => one.required === true).map(({ to }) => to);
          expect(required).toEqual(expect.arrayContaining(mapped.mistakes.map(({ to }) => to)));
          return;
        }
        JSON.parse(renderJson(buildTree(mapped.values)));
        renderXml(buildTree(mapped.values, { markup: true }));
        renderForm(mapped.values);
      }),
      { numRuns: 500 },
    );
  });
});
