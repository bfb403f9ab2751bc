import type { FieldValue } from '../../domain/fields/lead.ts';
import { valueText } from '../../domain/mapping/value.ts';
import { renderForm } from '../../domain/render/form.ts';
import type { RenderInput, RenderResult } from '../channel.ts';
import { recordValues } from '../crm/record-values.ts';
import type { UsualField } from '../crm/usual-fields.ts';
import type { WebToLeadConfig } from './config.ts';
import { standIns } from './fallbacks.ts';

/** Names of the inputs in the form that Salesforce generates (Salesforce Help, "Generate Leads from Your Website for Your Sales Teams"). */
const NAMES: Readonly<Record<UsualField, string>> = {
  firstName: 'first_name',
  lastName: 'last_name',
  email: 'email',
  phone: 'phone',
  mobile: 'mobile',
  company: 'company',
  jobTitle: 'title',
  street: 'street',
  city: 'city',
  state: 'state',
  postalCode: 'zip',
  country: 'country',
  website: 'URL',
  message: 'description',
};

/** A lead as a browser would send their form. Without `retURL` they answer and do not redirect. Pure. */
export function renderWebToLead({ config, lead, deliveryId }: RenderInput<WebToLeadConfig>): RenderResult {
  const mapped = recordValues({ map: config.map, lead, deliveryId, names: NAMES });
  if (!mapped.ok) return mapped;
  const { values } = mapped;
  const text = (name: string) => valueText(values.find(({ to }) => to === name)?.value ?? null);
  const { lastName, company } = standIns({ firstName: text('first_name'), lastName: text('last_name'), email: text('email'), company: text('company') });
  const missing = Object.entries({ last_name: lastName, company }).flatMap(([to, value]): { to: string; value: FieldValue }[] =>
    value === undefined || values.some((known) => known.to === to) ? [] : [{ to, value }],
  );
  const request = {
    method: 'POST',
    url: `${config.baseUrl}/servlet/servlet.WebToLead?encoding=UTF-8`,
    headers: [['Content-Type', 'application/x-www-form-urlencoded']] satisfies [string, string][],
    body: Buffer.from(renderForm([{ to: 'oid', value: config.oid }, ...values, ...missing]), 'utf8'),
  };
  return mapped.problems.length === 0 ? { ok: true, request } : { ok: true, request, notes: mapped.problems };
}
