import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Reading, Scalar } from './reading.ts';
import { textOf } from './reading.ts';

/** Countries whose numbers people write with ten digits: the US with its territories, and Canada. */
const TEN_DIGIT_COUNTRIES: ReadonlySet<string> = new Set(['US', 'CA', 'PR', 'VI', 'GU', 'AS', 'MP']);

/** Area codes of the North American plan where the called party pays. */
const TOLL_FREE_AREAS: ReadonlySet<string> = new Set(['800', '833', '844', '855', '866', '877', '888']);

/** Area, exchange, line. Only the plan's shape: an area code younger than the metadata must not cost a lead. */
const NORTH_AMERICAN = /^([2-9](?!11)\d{2})([2-9]\d{2})(\d{4})$/;

/**
 * Reads a phone number; without `+` it is taken as dialled in the US.
 * Normal form: ten digits in the US and Canada, else E.164 with its country code; an extension follows as `x44`.
 */
export function readPhone(raw: Scalar): Reading | null {
  const phone = parsePhoneNumberFromString(textOf(raw), { defaultCountry: 'US', extract: false });
  if (phone === undefined) return null;
  const extension = phone.ext ?? null;
  const suffix = extension === null ? '' : `x${extension}`;
  const callingCode = Number(phone.countryCallingCode);
  const common = { extension, country_calling_code: callingCode };

  if (callingCode !== 1) {
    if (!phone.isValid()) return null;
    return {
      value: `${phone.number}${suffix}`,
      parts: {
        ...common,
        area: null,
        exchange: null,
        line: null,
        number: phone.nationalNumber,
        country_code: phone.country ?? null,
        is_tollfree: phone.getType() === 'TOLL_FREE',
      },
    };
  }

  const [, area, exchange, line] = NORTH_AMERICAN.exec(phone.nationalNumber) ?? [];
  if (area === undefined || exchange === undefined || line === undefined) return null;
  const country = phone.country ?? 'US';
  return {
    value: `${TEN_DIGIT_COUNTRIES.has(country) ? phone.nationalNumber : phone.number}${suffix}`,
    parts: { ...common, area, exchange, line, number: `${exchange}${line}`, country_code: country, is_tollfree: TOLL_FREE_AREAS.has(area) },
  };
}
