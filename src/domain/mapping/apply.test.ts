import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMapping } from './apply.ts';
import { checkMapping } from './check.ts';
import { leadOf } from './lead-of.test-support.ts';
import { mapSchema } from './schema.ts';
import type { Mapping } from './schema.ts';

const lead = leadOf(
  { first_name: 'Ann', last_name: ' ', phone: '512-555-0142', email: 'ann at example', state: ' ca', intent: 'now', lead_type: 'purchase', zero: '0', owner: 'no', empty: '', born: '06022014', 'a.b': 'nested', phones: ['512-555-0142', '512-555-0143'] },
  { phone: 'phone', email: 'email', zero: 'number', owner: 'boolean', born: 'date', phones: 'phone[]' },
);

function sent(map: unknown, extra?: Record<string, string>): unknown {
  const mapping: Mapping = mapSchema.parse(map);
  expect(checkMapping(mapping)).toEqual([]);
  const result = applyMapping(mapping, lead, extra);
  return result.ok ? result.values.map(({ to, value }) => [to, value]) : result.mistakes;
}

describe('applyMapping', () => {
  it('does what the configuration example says', () => {
    expect(
      sent(
        [
          { to: 'contact.first_name', from: 'first_name' },
          { to: 'contact.phone', from: 'phone', format: '+1{value}' },
          { to: 'state_code', from: 'state', transform: ['trim', 'uppercase'] },
          { to: 'submitted_on', from: 'lead.received_at', date: 'YYYY-MM-DD', timezone: 'America/Chicago' },
          { to: 'purchase_intent', from: 'intent', when: 'lead.lead_type == "purchase"' },
          { to: 'interest_level', from: 'intent', when: 'lead.lead_type != "purchase"' },
          { to: 'external_id', from: 'lead.id', required: true },
          { to: 'partner', value: 'leadrail' },
          { to: 'full_name', template: '{first_name} {last_name}' },
          { to: 'delivery', from: 'delivery.id' },
        ],
        { 'delivery.id': 'd-1' },
      ),
    ).toEqual([
      ['contact.first_name', 'Ann'],
      ['contact.phone', '+15125550142'],
      ['state_code', 'CA'],
      ['submitted_on', '2024-03-09'],
      ['purchase_intent', 'now'],
      ['external_id', 'lead-1'],
      ['partner', 'leadrail'],
      ['full_name', 'Ann'],
      ['delivery', 'd-1'],
    ]);
  });

  it('leaves out the empty and keeps 0, false and what is explicitly empty', () => {
    expect(
      sent([
        { to: 'a', from: 'empty' },
        { to: 'b', from: 'missing' },
        { to: 'c', from: 'zero' },
        { to: 'd', from: 'owner' },
        { to: 'e', value: '' },
        { to: 'f', value: null },
        { to: 'g', template: '{empty}' },
        { to: 'h', from: 'last_name', format: '+1{value}' },
        { to: 'i', value: [1, 'x'] },
      ]),
    ).toEqual([['c', 0], ['d', false], ['e', ''], ['f', null], ['i', [1, 'x']]]);
  });

  it('sends an invalid field as the text that came in, and lists as lists', () => {
    expect(sent([{ to: 'email', from: 'email' }, { to: 'phones', from: 'phones', format: '+1{value}' }])).toEqual([['email', 'ann at example'], ['phones', ['+15125550142', '+15125550143']]]);
  });

  it('lets the last value of a path win, at its place, but not an empty one', () => {
    expect(sent([{ to: 'a.b', value: 1 }, { to: 'c', value: 2 }, { to: 'a.[b]', value: 3 }, { to: 'c', from: 'empty' }])).toEqual([['c', 2], ['a.[b]', 3]]);
  });

  it('names every required rule without a value, but none whose condition is false', () => {
    expect(sent([{ to: 'x', from: 'empty', required: true }, { to: 'y', template: '{missing}', required: true }, { to: 'z', from: 'missing', required: true, when: 'lead.first_name == "Bob"' }, { to: 'w', value: '', required: true }])).toEqual([
      { to: 'x', message: '"x" is required, and the field "empty" gave no value' },
      { to: 'y', message: '"y" is required, and its template {missing} gave no value' },
    ]);
  });

  it('names a rule whose pattern would take too long on this lead', () => {
    const result = applyMapping([{ to: 'x', from: 'note', transform: [{ replace: { pattern: 'a*b|a', with: '' } }] }], leadOf({ note: 'a'.repeat(50_000) }));
    expect(result).toMatchObject({ ok: false, mistakes: [{ to: 'x' }] });
  });

  it('takes names as they are for a form or query, where a.b and a[b] are two', () => {
    const map: Mapping = [{ to: 'a.b', value: 1 }, { to: 'a[b]', value: 2 }, { to: 'a.b', value: 3 }];
    expect(applyMapping(map, lead, {}, 'form')).toMatchObject({ values: [{ to: 'a[b]', value: 2 }, { to: 'a.b', value: 3 }] });
    expect(applyMapping('auto', leadOf({ 'a.b': 1, 'a[b]': 2 }), {}, 'query')).toMatchObject({ values: [{ to: 'a.b' }, { to: 'a[b]' }] });
  });

  it('takes a condition that cannot be evaluated as false and says so', () => {
    const result = applyMapping([{ to: 'x', value: 1, when: 'lead.email > 3' }], lead);
    expect(result).toMatchObject({ ok: true, values: [], problems: [{ to: 'x' }] });
    expect(JSON.stringify(result)).not.toContain('ann at example');
  });

  it('auto sends every field with a value under its own name, in order', () => {
    expect(sent('auto')).toEqual([
      ['first_name', 'Ann'], ['phone', '5125550142'], ['email', 'ann at example'], ['state', ' ca'], ['intent', 'now'], ['lead_type', 'purchase'],
      ['zero', 0], ['owner', false], ['born', '2014-06-02'], ['a.b', 'nested'], ['phones', ['5125550142', '5125550143']],
    ]);
  });

  it('auto keeps every field, whatever its name', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('a.b', 'a[b]', 'a', '[a.b]', 'a.[b]')), fc.integer()), (fields) => {
        const result = applyMapping('auto', leadOf(fields));
        expect(result.ok && new Set(result.values.map(({ to }) => to)).size).toBe(Object.keys(fields).length);
      }),
    );
  });
});

describe('mapSchema', () => {
  it.each([
    [[{ to: 'a' }]],
    [[{ to: 'a', from: 'b', value: null }]],
    [[{ to: 'a', from: 'b', template: '{c}' }]],
    [[{ to: '', from: 'b' }]],
    [[{ to: 'a', from: 'b', colour: 'red' }]],
    [[{ to: 'a', from: 'b', transform: ['shout'] }]],
    [[{ to: 'a', from: 'b', transform: [{ truncate: 2, default: 1 }] }]],
    [[{ to: 'a', from: 'b', transform: [{ replace: { search: 'a', pattern: 'b', with: 'c' } }] }]],
    ['everything'],
  ])('refuses %j', (map) => expect(mapSchema.safeParse(map).success).toBe(false));
});

describe('checkMapping', () => {
  it.each([
    ['a value and an object', [{ to: 'lead', value: 1 }, { to: 'lead.email', value: 1 }], [1, 'to']],
    ['an object and a value', [{ to: 'lead.email.x', value: 1 }, { to: 'lead', value: 1 }], [1, 'to']],
    ['an array and an object', [{ to: 'phones.0', value: 1 }, { to: 'phones.home', value: 1 }], [1, 'to']],
    ['a list below the root and an object', [{ to: 'a.0.b', value: 1 }, { to: 'a.c', value: 1 }], [1, 'to']],
    ['a huge index', [{ to: 'a.1000000', value: 1 }], [0, 'to']],
    ['an empty part', [{ to: 'a..b', value: 1 }], [0, 'to']],
    ['an open bracket', [{ to: 'a[b', value: 1 }], [0, 'to']],
    ['braces in from', [{ to: 'a', from: '{b}' }], [0, 'from']],
    ['a bad template', [{ to: 'a', template: '{b' }], [0, 'template']],
    ['a bad condition', [{ to: 'a', from: 'b', when: 'leed.x == 1' }], [0, 'when']],
    ['an unknown time zone', [{ to: 'a', from: 'b', date: 'YYYY', timezone: 'Mars/Olympus' }], [0, 'timezone']],
    ['a time zone without a date', [{ to: 'a', from: 'b', timezone: 'UTC' }], [0, 'timezone']],
    ['another language of dates', [{ to: 'a', from: 'b', date: 'yyyy-MM-dd' }], [0, 'date']],
    ['a format without the value', [{ to: 'a', from: 'b', format: '+1' }], [0, 'format']],
    ['a pattern', [{ to: 'a', from: 'b', transform: ['trim', { replace: { pattern: '(', with: '' } }] }], [0, 'transform', 1]],
    ['a group that is not there', [{ to: 'a', from: 'b', transform: [{ replace: { pattern: '(a)', with: '$2' } }] }], [0, 'transform', 0]],
  ])('finds %s', (_, map, path) => {
    expect(checkMapping(mapSchema.parse(map), 'json').map((issue) => issue.path)).toEqual([path]);
  });

  it.each([
    ['json', [{ to: 'foo.0', value: 1 }, { to: 'foo.2', value: 1 }, { to: 'foo.2', value: 2 }, { to: 'x[a.b]', value: 1 }, { to: 'x.a.b', value: 1 }]],
    ['xml', [{ to: 'item.0@id', value: 1 }, { to: 'item.0', value: 1 }, { to: 'lead@id', value: 1 }, { to: 'lead#text', value: 1 }, { to: 'lead.x', value: 1 }]],
    ['form', [{ to: 'lead', value: 1 }, { to: 'lead.email', value: 1 }, { to: 'phones[]', value: 1 }]],
  ] as const)('has nothing against these in %s', (format, map) => expect(checkMapping(mapSchema.parse(map), format)).toEqual([]));
});
