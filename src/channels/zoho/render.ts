import type { FieldValue, Lead } from '../../domain/fields/lead.ts';
import { isEmptyValue, valueText } from '../../domain/mapping/value.ts';
import type { Tree } from '../../domain/render/tree.ts';
import type { RenderInput, RenderResult } from '../channel.ts';
import { jsonBytes, recordBody } from '../crm/record-body.ts';
import { recordValues } from '../crm/record-values.ts';
import { usualFields, type UsualField } from '../crm/usual-fields.ts';
import type { ZohoConfig } from './config.ts';
import { DATA_CENTRES } from './data-centres.ts';

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
  const mapped = recordValues({ map: config.map, lead, deliveryId, names: NAMES, fallbacks: { Last_Name: lastName(lead) } });
  if (!mapped.ok) return mapped;
  const record = recordBody(mapped.values, TEXTS);
  if (config.externalIdField !== undefined) record.set(config.externalIdField, deliveryId);
  const checkedBy = duplicateCheckFields(config, record);
  const body = new Map<string, Tree>([
    ['data', [record]],
    ...(checkedBy.length === 0 ? [] : [['duplicate_check_fields', checkedBy] satisfies [string, Tree]]),
    ...(config.trigger === undefined ? [] : [['trigger', [...config.trigger]] satisfies [string, Tree]]),
  ]);
  const request = {
    method: 'POST',
    url: `${config.baseUrl ?? DATA_CENTRES[config.dataCentre].api}/crm/v8/Leads${isUpsert(config) ? '/upsert' : ''}`,
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

/** Zoho insists on a last name: what else a person could find the lead by stands in for it. */
function lastName(lead: Lead): string {
  const usual = usualFields(lead);
  const text = (meaning: UsualField) => valueText(usual.get(meaning) ?? null);
  return text('email') || text('phone') || text('mobile') || 'Unknown';
}
