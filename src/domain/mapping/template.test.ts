import { describe, expect, it } from 'vitest';
import { leadOf } from './lead-of.test-support.ts';
import { checkTemplate, leadScope, renderTemplate, resolveTemplate, templateVariables } from './template.ts';

const lead = leadOf(
  { first_name: 'Ann', last_name: '', phone: '(512) 555-0142', bad_phone: '12', age: '42', owner: 'no', zero: 0, tags: ['a', '', 'b'], id: 'theirs', 'lead.id': 'nested', 'utm.source': 'ads', 'delivery.id': 'forged', 'first name': 'spaced' },
  { phone: 'phone', bad_phone: 'phone', age: 'number', owner: 'boolean' },
);
const scope = leadScope(lead, { 'delivery.id': 'delivery-1' });

describe('resolveTemplate', () => {
  it.each([
    ['{age}', 42],
    ['{owner}', false],
    ['{zero}', 0],
    ['{tags}', ['a', '', 'b']],
    ['{ first_name }', 'Ann'],
    ['{first name}', 'spaced'],
    ['{bad_phone}', '12'],
    ['{phone}', '5125550142'],
    ['{phone.area}', '512'],
    ['{lead.phone.area}', '512'],
    ['{lead.parts.phone.area}', '512'],
    ['{lead.id}', 'lead-1'],
    ['{id}', 'theirs'],
    ['{lead.fields.id}', 'theirs'],
    ['{lead.fields.lead.id}', 'nested'],
    ['{lead.source} {lead.received_at} {lead.test}', 'facebook 2024-03-10T04:30:00.000Z false'],
    ['{delivery.id}/{lead.delivery_id}', 'delivery-1/delivery-1'],
    ['{utm.source}/{lead.utm.source}', 'ads/ads'],
    ['{first_name} {last_name}', 'Ann'],
    ['{last_name} {first_name}', 'Ann'],
    ['  {first_name}  ', '  Ann  '],
    ['{first_name} {last_name} {age}', 'Ann  42'],
    ['Tags: {tags}', 'Tags: a, b'],
    ['{last_name}', undefined],
    ['{last_name} {missing}', undefined],
    ['{missing}, {last_name}', undefined],
    ['', undefined],
    ['Hello {last_name}', 'Hello'],
    ['{{"age": {age}}}', '{"age": 42}'],
    ['--', '--'],
  ])('%s gives %j', (template, expected) => {
    expect(checkTemplate(template)).toBeNull();
    expect(resolveTemplate(template, scope)).toEqual(expected);
  });

  it('escapes what is put in and not the text around it', () => {
    const odd = leadOf({ name: 'a b/c' });
    expect(renderTemplate('https://x.example/a b/{name}', leadScope(odd), encodeURIComponent)).toBe('https://x.example/a b/a%20b%2Fc');
  });

  it('does not read braces in a value', () => {
    expect(renderTemplate('x {note}', leadScope(leadOf({ note: '{lead.id}' })))).toBe('x {lead.id}');
  });

  it.each(['{', 'a } b', '{}', '{ }', '{"a": 1}', '{a{b}}', '{never'])('refuses %s', (template) => expect(checkTemplate(template)).not.toBeNull());

  it('lists its variables', () => expect(templateVariables('{a} {{b}} {c.d} {a}')).toEqual(['a', 'c.d']));
});
