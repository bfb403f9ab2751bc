import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadOf } from '../mapping/lead-of.test-support.ts';
import { checkCondition, evaluateCondition } from './condition.ts';
import { leadVariables } from './variables.ts';

const lead = leadOf(
  {
    age: '20', price: '18.5', state: 'california', phone: '(512) 555-0142', email: 'not an address', tags: ['a', 'b'], owner: 'yes',
    'utm.source': 'ads', 'utm.medium': 'cpc', a: 'plain', 'a.b': 'below', id: 'theirs', constructor: 'kept', 'first-name': 'Ann', nothing: null, note: 'café "x"\\d',
  },
  { age: 'number', price: 'number', state: 'state', phone: 'phone', email: 'email', owner: 'boolean' },
);
const response = { status: 200, body: { created: true, constructor: 1, items: [{ code: 'dup', errors: [{ n: 3 }] }], error: null }, headers: {} };
const variables = { ...leadVariables(lead), response };

describe('evaluateCondition', () => {
  it.each([
    ['lead.age >= 18', true],
    ['lead.age == 20 && lead.age != 21 && lead.age in [20, 21]', true],
    ['lead.price > 18.5', false],
    ['lead.price > 18', true],
    ['lead.age + 1 == 21 && lead.age * 2 > 39.5 && lead.age % 2 == 0 && 1 - lead.age == -19', true],
    ['3 - (2 - 1) == 2 && 1e3 == 1000.0 && -(-1) == 1', true],
    ['lead.state in ["CA", "TX"]', true],
    ['lead.owner', true],
    ['!lead.owner || lead.owner == false', false],
    ['lead.email == "not an address"', true],
    ['lead.missing == null', true],
    ['lead.missing.deeper == null', true],
    ['lead.missing in ["CA"]', false],
    ['lead.missing != "x"', true],
    ['lead.nothing == null && has(lead.nothing)', true],
    ['has(lead.missing) || has(lead.missing.deeper)', false],
    ['has(lead.state) && has(response.body.error) && !has(response.body.reason)', true],
    ['lead.id == "lead-1" && lead.fields.id == "theirs" && lead.fields.state == "CA"', true],
    ['lead.source == "facebook" && !lead.test && lead.received_at.startsWith("2024-")', true],
    ['lead.parts.phone.area == "512"', true],
    ['lead.utm.source == "ads" && lead["utm.medium"] == "cpc"', true],
    ['lead.a == "plain" && lead["a.b"] == "below"', true],
    ['lead.constructor == "kept" && response.body.constructor == 1', true],
    ['lead["first-name"] == "Ann"', true],
    ['lead.note == "café \\"x\\"\\\\d"', true],
    ['"a" in lead.tags && lead.tags[1] == "b" && lead.tags[9] == null', true],
    ['lead.tags.exists(t, t == "b") && !lead.tags.all(t, t == "b")', true],
    ['response.status == 200 && response.body.created', true],
    ['response.status in [200, 201] && response.status < 300', true],
    ['response.body.items.exists(i, i.errors.exists(e, e.n == 3) && i.code == "dup")', true],
    ['lead.state.matches("^C.$") && !lead.state.matches("^c")', true],
    ['lead.state == "CA" ? lead.age > 1 : false', true],
    ['size(lead.tags) == 2 && lead.tags.size() == 2', true],
  ])('%s is %s', (source, expected) => {
    expect(checkCondition(source, ['lead', 'response'])).toBeNull();
    expect(evaluateCondition(source, variables)).toEqual({ value: expected, problem: null });
  });

  it.each([
    ['lead.missing >= 18', 'null >= int'],
    ['lead.email >= 18', 'string >= int'],
    ['!(lead.missing >= 18)', 'null >= int'],
    ['lead.state', 'neither true nor false'],
    ['lead.state && true', 'compare the field'],
    ['lead.phone.area == "512"', 'a part of something that has none'],
    ['lead.state.matches(lead.email + "[")', 'pattern does not compile'],
    ['int(lead.email) == 1', 'could not be evaluated'],
  ])('%s is false, and says so without a value', (source, why) => {
    const result = evaluateCondition(source, variables);
    expect(result.value).toBe(false);
    expect(result.problem).toContain(why);
    expect(result.problem).not.toContain('not an address');
  });

  it('cannot hang on a pattern', () => {
    const text = `${'a'.repeat(50_000)}!`;
    expect(evaluateCondition('lead.x.matches("^(a+)+$")', { lead: { x: text } })).toEqual({ value: false, problem: null });
  });

  it('ends loops within loops over a long list, each evaluation anew', () => {
    const list = Array.from({ length: 3_000 }, (_, index) => index);
    const nested = evaluateCondition('lead.x.exists(a, lead.x.exists(b, a + b < 0))', { lead: { x: list } });
    expect(nested.problem).toContain('10000 elements');
    for (let round = 0; round < 5; round += 1) expect(evaluateCondition('lead.x.exists(a, a == 2999)', { lead: { x: list } })).toEqual({ value: true, problem: null });
  });

  it('never throws, whatever the condition and the data', () => {
    const source = fc.oneof(fc.string(), fc.array(fc.constantFrom('lead', '.x', '["x"]', ' == ', '1', '"a"', ' && ', '(', ')', 'has(lead.x)', '.matches(', '!', '.exists(e, e)', '-', ' ? ', ' : ')).map((parts) => parts.join('')));
    fc.assert(fc.property(source, fc.jsonValue(), (condition, x) => typeof evaluateCondition(condition, { lead: { x } }).value === 'boolean'), { numRuns: 500 });
  });
});

describe('checkCondition', () => {
  it.each([
    ['', 'empty'],
    ['lead.x ==', 'character'],
    ['response.status == 200', 'Unknown variable: response'],
    ['lead.x.matches("(")', 'does not compile'],
    ['lead.x.matches("(a{500}){500}")', 'pattern'],
    ['1 + 1', 'neither true nor false'],
    ['cel.bind(a, lead.x, a == 1)', 'not available'],
    ['nothing(lead.x)', 'nothing'],
    [`lead.x == "${'a'.repeat(2_000)}"`, '2000 characters'],
    [`${'('.repeat(200)}true${')'.repeat(200)}`, 'depth'],
    [`lead${'.x'.repeat(200)} == 1`, 'depth'],
  ])('refuses %s', (source, why) => {
    expect(checkCondition(source, ['lead'])?.toLowerCase()).toContain(why.toLowerCase());
  });
});
