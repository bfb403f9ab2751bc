import type { FieldValue } from '../../domain/fields/lead.ts';
import { isEmptyValue } from '../../domain/mapping/value.ts';
import type { Tree } from '../../domain/render/tree.ts';
import type { RenderInput, RenderResult } from '../channel.ts';
import { jsonBytes, recordBody } from '../crm/record-body.ts';
import { recordValues } from '../crm/record-values.ts';
import type { UsualField } from '../crm/usual-fields.ts';
import type { ZohoConfig } from './config.ts';
import { standIns } from './stand-ins.ts';

/** API names of fields of Leads (Zoho: "Modules fields and API names"). */
const NAMES: Readonly<Record<UsualField, string>> = {
  firstName: 'First_Name',
  lastName: 'Last_Name',
  email: 'Email',
  phone: 'Phone',
  mobile: 'Mobile',
  company: 'Company',
  jobTitle: 'Designation',
  street: 'Street',
  city: 'City',
  state: 'State',
  postalCode: 'Zip_Code',
  country: 'Country',
  website: 'Website',
  message: 'Description',
};
const TEXTS: ReadonlySet<string> = new Set(Object.values(NAMES));

/** A lead as a record of Leads: an upsert where something tells a repeated one from a new one, else an insert. Pure. */
export function renderZoho({ config, lead, deliveryId }: RenderInput<ZohoConfig>): RenderResult {
  const mapped = recordValues({ map: config.map, lead, deliveryId, names: NAMES });
  if (!mapped.ok) return mapped;
  const record = recordBody(mapped.values, TEXTS);
  // An update must not put what only stands in for a name over the name that they have: it is added where they insist on it.
  if (config.onDuplicate !== 'update') for (const [name, text] of standIns(record)) record.set(name, text);
  if (config.externalIdField !== undefined) record.set(config.externalIdField, deliveryId);
  const checkedBy = duplicateCheckFields(config, record);
  const body = new Map<string, Tree>([
    ['data', [record]],
    ...(checkedBy.length === 0 ? [] : [['duplicate_check_fields', checkedBy] satisfies [string, Tree]]),
    ...(config.trigger === undefined ? [] : [['trigger', [...config.trigger]] satisfies [string, Tree]]),
  ]);
  const request = {
    method: 'POST',
    // A path: the host comes with the token.
    url: `/crm/v8/Leads${isUpsert(config) ? '/upsert' : ''}`,
    headers: [
      ['Content-Type', 'application/json'],
      ['Accept', 'application/json'],
    ] satisfies [string, string][],
    body: jsonBytes(body),
  };
  return mapped.problems.length === 0 ? { ok: true, request } : { ok: true, request, notes: mapped.problems };
}

function isUpsert({ onDuplicate, externalIdField }: ZohoConfig): boolean {
  return onDuplicate === 'update' || externalIdField !== undefined;
}

/** The delivery's own record comes first: a repeated attempt is no duplicate. Fields that the record does not have find nothing. */
function duplicateCheckFields({ onDuplicate, externalIdField, duplicateCheckFields: configured }: ZohoConfig, record: ReadonlyMap<string, FieldValue>): string[] {
  const byPerson = onDuplicate === 'update' ? configured.filter((name) => !isEmptyValue(record.get(name))) : [];
  return [...new Set([...(externalIdField === undefined ? [] : [externalIdField]), ...byPerson])];
}
