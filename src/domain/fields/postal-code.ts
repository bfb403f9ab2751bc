import type { Reading, Scalar } from './reading.ts';
import { textOf } from './reading.ts';

const UNITED_STATES = /^(\d{5})\s*(?:-\s*)?(\d{4})?$/;
const CANADA = /^([A-Z]\d[A-Z])[\s-]*(\d[A-Z]\d)$/;
const UNITED_KINGDOM = /^([A-Z]{1,2}\d{1,2}[A-Z]?)\s*(\d[A-Z]{2})$/;

/**
 * Reads codes of the US (with or without the four digits), Canada and the UK, in any case, with or without their blank.
 * Parts: `zip` and `four` of the US, `country` as US, CA or GB.
 */
export function readPostalCode(raw: Scalar): Reading | null {
  const text = textOf(raw).toUpperCase();

  const [, zip, four] = UNITED_STATES.exec(text) ?? [];
  if (zip !== undefined) {
    return { value: four === undefined ? zip : `${zip}-${four}`, parts: { zip, four: four ?? null, country: 'US' } };
  }
  const canadian = CANADA.exec(text);
  const [, first, second] = canadian ?? UNITED_KINGDOM.exec(text) ?? [];
  if (first === undefined || second === undefined) return null;
  return { value: `${first} ${second}`, parts: { zip: null, four: null, country: canadian === null ? 'GB' : 'CA' } };
}
