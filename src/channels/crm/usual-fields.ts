import type { FieldValue, Lead } from '../../domain/fields/lead.ts';
import { fieldValue, isEmptyValue, valueText } from '../../domain/mapping/value.ts';

/** What nearly every lead form asks for. */
export type UsualField = 'firstName' | 'lastName' | 'email' | 'phone' | 'mobile' | 'company' | 'jobTitle' | 'street' | 'city' | 'state' | 'postalCode' | 'country' | 'website' | 'message';

/** The names under which forms have them, the most usual first; compared without case, blanks, "-", "_" and ".". */
const NAMES: Readonly<Record<UsualField, readonly string[]>> = {
  firstName: ['firstname', 'first', 'givenname', 'fname', 'forename'],
  lastName: ['lastname', 'last', 'surname', 'familyname', 'lname'],
  email: ['email', 'emailaddress', 'mail'],
  phone: ['phone', 'phonenumber', 'phone1', 'telephone', 'tel', 'homephone', 'primaryphone', 'phonehome'],
  mobile: ['mobile', 'mobilephone', 'cell', 'cellphone', 'phonecell', 'phone2'],
  company: ['company', 'companyname', 'organization', 'organisation', 'business', 'businessname'],
  jobTitle: ['jobtitle', 'position', 'occupation'],
  street: ['street', 'address', 'address1', 'streetaddress', 'addressline1'],
  city: ['city', 'town'],
  state: ['state', 'province', 'region', 'statecode'],
  postalCode: ['postalcode', 'zip', 'zipcode', 'postcode'],
  country: ['country'],
  website: ['website', 'url', 'homepage'],
  message: ['message', 'comments', 'comment', 'notes', 'note', 'description'],
};

const FULL_NAMES: readonly string[] = ['fullname', 'name', 'contactname'];

/** The usual fields of a lead, by what they mean; a full name stands in for first and last name where these are missing. */
export function usualFields(lead: Lead): ReadonlyMap<UsualField, FieldValue> {
  const known = new Map<string, FieldValue>();
  for (const [name, field] of lead.fields) {
    const value = fieldValue(field);
    const plain = plainName(name);
    if (!isEmptyValue(value) && !known.has(plain)) known.set(plain, value);
  }
  const first = (names: readonly string[]) => names.map((name) => known.get(name)).find((value) => value !== undefined);
  const found = new Map<UsualField, FieldValue>();
  for (const [meaning, names] of entriesOf(NAMES)) {
    const value = first(names);
    if (value !== undefined) found.set(meaning, value);
  }
  const fullName = first(FULL_NAMES);
  if (fullName !== undefined && !found.has('firstName') && !found.has('lastName')) {
    const words = valueText(fullName).trim().split(/\s+/);
    const last = words.pop() ?? '';
    if (words.length > 0) found.set('firstName', words.join(' '));
    found.set('lastName', last);
  }
  return found;
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s._-]+/g, '');
}

function entriesOf<Key extends string, Value>(record: Readonly<Record<Key, Value>>): [Key, Value][] {
  const keys: Key[] = [];
  for (const key in record) keys.push(key);
  return keys.map((key) => [key, record[key]]);
}
