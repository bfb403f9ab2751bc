import { describe, expect, it } from 'vitest';
import { domainOf, mailboxOf } from './address.ts';
import { checkEmail } from './check.ts';
import { emailConfigSchema } from './config.ts';
import { labelOf } from './label.ts';
import { readinessOfEmail } from './readiness.ts';

const configOf = (words: Record<string, unknown> = {}) => emailConfigSchema.parse({ id: 'inbox', type: 'email', from: 'leads@sender.example', to: 'sales@buyer.example', ...words });
const found = (words: Record<string, unknown>) => checkEmail(configOf(words)).map(({ path, severity }) => `${severity} ${path.join('.')}`);

describe('the check of an email destination', () => {
  it.each([
    [{}, []],
    [{ replyTo: '"Dyke, Zoë" <zoe@example.com>' }, []],
    [{ to: '{branch_email}' }, []],
    [{ to: ['ok@buyer.example', 'a@b'] }, ['error to.1']],
    [{ html: '<p>{</p>' }, ['error html']],
    [{ from: 'Leads <onboarding@resend.dev>' }, ['warning from']],
    [{ from: undefined }, ['warning from']],
    [{ from: 'nobody' }, ['error from']],
    [{ baseUrl: 'http://gateway.example' }, ['warning baseUrl']],
    [{ retry: { schedule: ['12h', '12h'] } }, ['warning retry']],
    [{ retry: { schedule: ['5m', '15m', '1h'] } }, []],
  ])('of %j finds %j', (words, expected) => expect(found(words)).toEqual(expected));

  it('knows which fields are used', () => {
    expect(readinessOfEmail(configOf()).mapped).toBeNull();
    expect(readinessOfEmail(configOf({ text: 'Call {phone}', subject: '{first_name}' })).mapped).toEqual(['phone', 'first_name']);
    expect(readinessOfEmail(configOf({ text: 'Call {phone}', attach: 'csv' })).mapped).toBeNull();
  });
});

describe('addresses and labels', () => {
  it.each([
    ['A@B.example', 'a@b.example'],
    ['Name <a@b.example>', 'a@b.example'],
    ['"Dyke, Zoë" <a+tag@b.example>', 'a+tag@b.example'],
    ['a@b.example, c@d.example', null],
    ['Name, x <a@b.example>', null],
    ['a b@c.example', null],
    ['a@b', null],
    ['a@b.', null],
    ['', null],
  ])('%s', (text, expected) => expect(mailboxOf(text)).toBe(expected));

  it('know the domain', () => expect(domainOf('Leads <leads@Sender.example>')).toBe('sender.example'));

  it.each([
    ['first_name', 'First name'],
    ['firstName', 'First name'],
    ['utm.source', 'Utm source'],
    ['postal-code', 'Postal code'],
    ['Full name', 'Full name'],
    ['ZIP', 'ZIP'],
    ['__', '__'],
  ])('%s is read as %s', (name, label) => expect(labelOf(name)).toBe(label));
});
