import { describe, expect, it } from 'vitest';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { recordValues } from './record-values.ts';

const NAMES = { firstName: 'firstname', lastName: 'lastname', email: 'email', company: 'company' };
const of = (fields: Record<string, unknown>, more: Partial<Parameters<typeof recordValues>[0]> = {}) => {
  const result = recordValues({ map: 'auto', lead: leadOf(fields), deliveryId: 'd-1', names: NAMES, ...more });
  if (!result.ok) throw new Error(JSON.stringify(result.mistakes));
  return Object.fromEntries(result.values.map(({ to, value }) => [to, value]));
};

describe('the values of a CRM record', () => {
  it('are the usual fields under the CRM’s names, and no others', () => {
    expect(of({ First_Name: 'Zoë', 'E-mail': 'zoe@example.com', campaign: 'spring', last: '' })).toEqual({ firstname: 'Zoë', email: 'zoe@example.com' });
  });

  it('take a full name apart where there is no other', () => {
    expect(of({ full_name: 'Zoë van Dyke' })).toEqual({ firstname: 'Zoë van', lastname: 'Dyke' });
    expect(of({ name: 'Cher' })).toEqual({ lastname: 'Cher' });
    expect(of({ name: 'Acme', last_name: 'Dyke' })).toEqual({ lastname: 'Dyke' });
  });

  it('have the mapping on top: more values, or others; names as they are', () => {
    const map = [
      { to: 'email', from: 'second_email' },
      { to: 'owner@odata.bind', value: '/owners(1)' },
      { to: 'external', from: 'delivery.id' },
    ];
    expect(of({ email: 'a@example.com', second_email: 'b@example.com' }, { map })).toEqual({ email: 'b@example.com', 'owner@odata.bind': '/owners(1)', external: 'd-1' });
  });

  it('name what is required and missing', () => {
    const result = recordValues({ map: [{ to: 'x', from: 'y', required: true }], lead: leadOf({}), deliveryId: 'd-1', names: {} });
    expect(result).toMatchObject({ ok: false, mistakes: [{ to: 'x' }] });
  });
});
