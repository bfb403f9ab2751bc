import type { FieldValue } from '../../domain/fields/lead.ts';
import { isEmptyValue, valueText } from '../../domain/mapping/value.ts';
import { renderJson } from '../../domain/render/json.ts';
import type { RenderInput, RenderResult } from '../channel.ts';
import { recordValues } from '../crm/record-values.ts';
import type { UsualField } from '../crm/usual-fields.ts';
import { contactsUrl } from './addresses.ts';
import type { HubspotConfig } from './config.ts';

/** Internal names of HubSpot's own contact properties (HubSpot: "HubSpot's default contact properties"). */
const NAMES: Readonly<Record<UsualField, string>> = {
  firstName: 'firstname',
  lastName: 'lastname',
  email: 'email',
  phone: 'phone',
  mobile: 'mobilephone',
  company: 'company',
  jobTitle: 'jobtitle',
  street: 'address',
  city: 'city',
  state: 'state',
  postalCode: 'zip',
  country: 'country',
  website: 'website',
  message: 'message',
};

const WITHOUT_EMAIL = 'the lead has none, and HubSpot knows a contact again by nothing else: an attempt whose answer is lost, and that is made again, makes a second contact';

/** A lead as a contact to be made. The same bytes update one that is there already. Pure. */
export function renderHubspot({ config, lead, deliveryId }: RenderInput<HubspotConfig>): RenderResult {
  const mapped = recordValues({ map: config.map, lead, deliveryId, names: NAMES });
  if (!mapped.ok) return mapped;
  const properties = new Map(mapped.values.map(({ to, value }) => [to, propertyText(value)]));
  if (properties.size === 0) {
    return { ok: false, mistakes: [{ to: 'email', message: 'the lead has nothing that makes a contact: no email, name, phone or other usual field, and `map` adds none' }] };
  }
  const notes = [...mapped.problems, ...(isEmptyValue(properties.get('email')) ? [{ to: 'email', message: WITHOUT_EMAIL }] : [])];
  const request = {
    method: 'POST',
    url: contactsUrl(config),
    headers: [
      ['Content-Type', 'application/json'],
      ['Accept', 'application/json'],
    ] satisfies [string, string][],
    body: Buffer.from(renderJson(new Map([['properties', properties]])), 'utf8'),
  };
  return notes.length === 0 ? { ok: true, request } : { ok: true, request, notes };
}

/** HubSpot has every value as a text, those of several checkboxes with ";" between (HubSpot: "Properties API"). An empty one clears the property. */
function propertyText(value: FieldValue): string {
  return Array.isArray(value) ? value.filter((element) => !isEmptyValue(element)).map(valueText).join(';') : valueText(value);
}
