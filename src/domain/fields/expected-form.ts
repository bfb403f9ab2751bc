import type { BaseFieldType, FieldType } from './types.ts';
import { shapeOfType } from './types.ts';

const FORMS: Readonly<Record<BaseFieldType, string>> = {
  phone: 'a US or Canadian number of ten digits, or +country code',
  email: 'an address like name@example.com',
  number: 'a number like 1100 or $1,100.50',
  boolean: 'yes or no, true or false, 1 or 0',
  range: 'a range like 1000-10000 or 10+',
  date: 'a date like 2014-06-02 or 6/2/2014',
  dob: 'a date in the past like 1980-06-02 or 6/2/1980',
  time: 'a timestamp like 2014-06-14T18:27:33Z',
  postal_code: 'a postal code of the US (five digits, or nine), Canada or the UK',
  state: 'the name or code of a state',
  gender: 'male, female or other, or m, f',
  ssn: 'nine digits',
  url: 'a web address like https://example.com/page',
  ip: 'an IPv4 or IPv6 address',
  string: 'text',
  first_name: 'a first name',
  last_name: 'a last name',
  street: 'a street address',
  city: 'a city',
  credential: 'text',
};

/** What a field of this type takes, for a person: follows the word "write". */
export function expectedForm(type: FieldType): string {
  const { base, list } = shapeOfType(type);
  return list ? `a list, each item ${FORMS[base]}` : FORMS[base];
}
