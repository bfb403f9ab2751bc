import type { RenderInput, RenderResult } from '../channel.ts';
import { jsonBytes, recordBody } from '../crm/record-body.ts';
import { recordValues } from '../crm/record-values.ts';
import type { UsualField } from '../crm/usual-fields.ts';
import { leadUrl } from './addresses.ts';
import type { DynamicsConfig } from './config.ts';
import { fill } from './stand-ins.ts';

/** Logical names of columns of `lead` (Microsoft: "Lead table/entity reference"). */
const NAMES: Readonly<Record<UsualField, string>> = {
  firstName: 'firstname',
  lastName: 'lastname',
  email: 'emailaddress1',
  phone: 'telephone1',
  mobile: 'mobilephone',
  company: 'companyname',
  jobTitle: 'jobtitle',
  street: 'address1_line1',
  city: 'address1_city',
  state: 'address1_stateorprovince',
  postalCode: 'address1_postalcode',
  country: 'address1_country',
  website: 'websiteurl',
  message: 'description',
};
const TEXTS: ReadonlySet<string> = new Set([...Object.values(NAMES), 'subject']);

/**
 * A lead as a record of `lead`. `If-None-Match: *` makes the upsert create and never change (Dataverse: "Prevent update in
 * upsert"), so that a repeated attempt finds its own record and leaves it alone. Pure.
 */
export function renderDynamics({ config, lead, deliveryId }: RenderInput<DynamicsConfig>): RenderResult {
  const mapped = recordValues({ map: config.map, lead, deliveryId, names: NAMES });
  if (!mapped.ok) return mapped;
  const record = recordBody(mapped.values, TEXTS);
  fill(record, lead);
  const request = {
    method: 'PATCH',
    url: leadUrl(config, deliveryId),
    headers: [
      ['Content-Type', 'application/json; charset=utf-8'],
      ['Accept', 'application/json'],
      ['OData-MaxVersion', '4.0'],
      ['OData-Version', '4.0'],
      ['If-None-Match', '*'],
      // false asks their duplicate detection, true passes it by (Dataverse: "Detect duplicate data using the Web API").
      ['MSCRM.SuppressDuplicateDetection', String(config.onDuplicate === 'accept')],
    ] satisfies [string, string][],
    body: jsonBytes(record),
  };
  return mapped.problems.length === 0 ? { ok: true, request } : { ok: true, request, notes: mapped.problems };
}
