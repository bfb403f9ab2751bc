import type { Reading, Scalar } from './reading.ts';
import { textOf } from './reading.ts';

/** Codes with their names; the first name is the official one. States, territories and military addresses of the US; provinces of Canada. */
const REGIONS: readonly (readonly [code: string, ...names: string[]])[] = [
  ['AL', 'Alabama'], ['AK', 'Alaska'], ['AZ', 'Arizona'], ['AR', 'Arkansas'], ['CA', 'California'], ['CO', 'Colorado'],
  ['CT', 'Connecticut'], ['DE', 'Delaware'], ['DC', 'District of Columbia', 'Washington DC'], ['FL', 'Florida'],
  ['GA', 'Georgia'], ['HI', 'Hawaii'], ['ID', 'Idaho'], ['IL', 'Illinois'], ['IN', 'Indiana'], ['IA', 'Iowa'],
  ['KS', 'Kansas'], ['KY', 'Kentucky'], ['LA', 'Louisiana'], ['ME', 'Maine'], ['MD', 'Maryland'],
  ['MA', 'Massachusetts'], ['MI', 'Michigan'], ['MN', 'Minnesota'], ['MS', 'Mississippi'], ['MO', 'Missouri'],
  ['MT', 'Montana'], ['NE', 'Nebraska'], ['NV', 'Nevada'], ['NH', 'New Hampshire'], ['NJ', 'New Jersey'],
  ['NM', 'New Mexico'], ['NY', 'New York', 'New York State'], ['NC', 'North Carolina'], ['ND', 'North Dakota'],
  ['OH', 'Ohio'], ['OK', 'Oklahoma'], ['OR', 'Oregon'], ['PA', 'Pennsylvania'], ['RI', 'Rhode Island'],
  ['SC', 'South Carolina'], ['SD', 'South Dakota'], ['TN', 'Tennessee'], ['TX', 'Texas'], ['UT', 'Utah'],
  ['VT', 'Vermont'], ['VA', 'Virginia'], ['WA', 'Washington', 'Washington State'], ['WV', 'West Virginia'],
  ['WI', 'Wisconsin'], ['WY', 'Wyoming'],
  ['AS', 'American Samoa'], ['GU', 'Guam'], ['MP', 'Northern Mariana Islands'], ['PR', 'Puerto Rico'],
  ['VI', 'Virgin Islands', 'US Virgin Islands', 'United States Virgin Islands'], ['FM', 'Federated States of Micronesia', 'Micronesia'],
  ['MH', 'Marshall Islands'], ['PW', 'Palau'],
  ['AA', 'Armed Forces Americas'], ['AE', 'Armed Forces Europe'], ['AP', 'Armed Forces Pacific'],
  ['AB', 'Alberta'], ['BC', 'British Columbia'], ['MB', 'Manitoba'], ['NB', 'New Brunswick'],
  ['NL', 'Newfoundland and Labrador', 'Newfoundland', 'Newfoundland & Labrador'], ['NS', 'Nova Scotia'],
  ['NT', 'Northwest Territories'], ['NU', 'Nunavut'], ['ON', 'Ontario'], ['PE', 'Prince Edward Island', 'PEI'],
  ['QC', 'Quebec', 'PQ'], ['SK', 'Saskatchewan'], ['YT', 'Yukon', 'Yukon Territory'],
];

const CODES: ReadonlyMap<string, string> = new Map(
  REGIONS.flatMap(([code, ...names]) => [code, ...names].map((name): [string, string] => [key(name), code])),
);

/** Case, dots, blanks and accents do not tell states apart: `N.Y.`, `Québec`. */
function key(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[\p{M}.\s]/gu, '')
    .toUpperCase();
}

/** Reads a name or code of a US or Canadian state; normal form is the code. Regions elsewhere exist, so unknown text passes, trimmed. */
export function readState(raw: Scalar): Reading {
  const text = textOf(raw);
  return { value: CODES.get(key(text)) ?? text, parts: {} };
}
