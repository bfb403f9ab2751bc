import type { Lead } from '../../domain/fields/lead.ts';
import { valueText } from '../../domain/mapping/value.ts';
import type { RenderInput, RenderResult } from '../channel.ts';
import { jsonBytes, recordBody } from '../crm/record-body.ts';
import { recordValues } from '../crm/record-values.ts';
import { usualFields, type UsualField } from '../crm/usual-fields.ts';
import { leadUrl } from './addresses.ts';
import type { DynamicsConfig } from './config.ts';

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
/** The column `subject` holds so many characters. */
const LONGEST_SUBJECT = 300;

/**
 * A lead as a record of `lead`. `If-None-Match: *` makes the upsert create and never change (Dataverse: "Prevent update in
 * upsert"), so that a repeated attempt finds its own record and leaves it alone. Pure.
 */
export function renderDynamics({ config, lead, deliveryId }: RenderInput<DynamicsConfig>): RenderResult {
  const mapped = recordValues({ map: config.map, lead, deliveryId, names: NAMES, fallbacks: fallbacksOf(lead) });
  if (!mapped.ok) return mapped;
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
    body: jsonBytes(recordBody(mapped.values, TEXTS)),
  };
  return mapped.problems.length === 0 ? { ok: true, request } : { ok: true, request, notes: mapped.problems };
}

/** Their forms insist on a topic and a last name, and a list of leads is useless without. */
function fallbacksOf(lead: Lead): Record<string, string> {
  const usual = usualFields(lead);
  const text = (meaning: UsualField) => valueText(usual.get(meaning) ?? null);
  const person = [text('firstName'), text('lastName')].filter((name) => name !== '').join(' ') || text('company');
  const subject = `${lead.test ? 'Test lead' : 'Lead'} from ${lead.source}${person === '' ? '' : `: ${person}`}`;
  return {
    subject: Array.from(subject).slice(0, LONGEST_SUBJECT).join(''),
    lastname: text('email') || text('phone') || text('mobile') || 'Unknown',
  };
}
