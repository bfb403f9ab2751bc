import type { FieldValue } from '../../domain/fields/lead.ts';
import { valueText } from '../../domain/mapping/value.ts';
import type { RenderInput, RenderResult } from '../channel.ts';
import { jsonBytes, recordBody } from '../crm/record-body.ts';
import { recordValues } from '../crm/record-values.ts';
import type { UsualField } from '../crm/usual-fields.ts';
import { externalIdPath, objectPath } from './addresses.ts';
import type { ApiConfig } from './config.ts';
import { standIns } from './fallbacks.ts';

/** API names of fields of Lead (Object Reference, "Lead"). */
const NAMES: Readonly<Record<UsualField, string>> = {
  firstName: 'FirstName',
  lastName: 'LastName',
  email: 'Email',
  phone: 'Phone',
  mobile: 'MobilePhone',
  company: 'Company',
  jobTitle: 'Title',
  street: 'Street',
  city: 'City',
  state: 'State',
  postalCode: 'PostalCode',
  country: 'Country',
  website: 'Website',
  message: 'Description',
};
const TEXTS: ReadonlySet<string> = new Set(Object.values(NAMES));

/** A lead as a record: an upsert by our id where there is a field for it, else a create. Of another object than Lead only `map` is known. Pure. */
export function renderRecord({ config, lead, deliveryId }: RenderInput<ApiConfig>): RenderResult {
  const isLead = config.object === 'Lead';
  const mapped = recordValues({ map: config.map, lead, deliveryId, names: isLead ? NAMES : {} });
  if (!mapped.ok) return mapped;
  const record = recordBody(mapped.values, isLead ? TEXTS : new Set());
  if (isLead) fill(record);
  const { externalIdField } = config;
  const request = {
    method: externalIdField === undefined ? 'POST' : 'PATCH',
    url: externalIdField === undefined ? objectPath(config) : externalIdPath(config, externalIdField, deliveryId),
    headers: [
      ['Content-Type', 'application/json; charset=UTF-8'],
      ['Accept', 'application/json'],
    ] satisfies [string, string][],
    body: jsonBytes(record),
  };
  return mapped.problems.length === 0 ? { ok: true, request } : { ok: true, request, notes: mapped.problems };
}

/** What `map` says is left as it is, null included: without a company a lead is a person account’s. */
function fill(record: Map<string, FieldValue>): void {
  const text = (name: string) => (record.has(name) ? valueText(record.get(name) ?? null) : '');
  const { lastName, company } = standIns({ firstName: text('FirstName'), lastName: text('LastName'), email: text('Email'), company: text('Company') });
  if (lastName !== undefined && !record.has('LastName')) record.set('LastName', lastName);
  if (company !== undefined && !record.has('Company')) record.set('Company', company);
}
