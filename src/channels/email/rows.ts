import type { Lead } from '../../domain/fields/lead.ts';
import type { MappedValue } from '../../domain/mapping/apply.ts';
import { isEmptyValue, valueText } from '../../domain/mapping/value.ts';
import { mailboxOf } from './address.ts';
import { labelOf } from './label.ts';

/** One field in the list of an email. */
export interface Row {
  label: string;
  text: string;
  /** What a tap on it opens; null for plain text. */
  link: string | null;
}

/** What the list of an email shows of a lead, in the mapping's order. */
export function rowsOf(values: readonly MappedValue[], lead: Lead): Row[] {
  return values.flatMap(({ to, value }) => {
    const text = valueText(value);
    return isEmptyValue(value) ? [] : [{ label: labelOf(to), text, link: linkOf(to, text, lead) }];
  });
}

function linkOf(name: string, text: string, lead: Lead): string | null {
  if (!/[\s<>]/.test(text.trim()) && /@/.test(text) && mailboxOf(text) !== null) return `mailto:${encodeURIComponent(text.trim()).replaceAll('%40', '@').replaceAll('%2B', '+')}`;
  const isPhone = lead.fields.get(name)?.type === 'phone' || /phone|mobile|cell|\btel/i.test(labelOf(name));
  return isPhone ? phoneLink(text) : null;
}

/** RFC 3966. Ten digits are the normal form of a number of the US or Canada (docs/field-types.md); `x44` behind it is an extension. */
function phoneLink(text: string): string | null {
  const [, plus = '', number = '', extension] = /^(\+?)([\d\s().-]{7,25})(?:x\s*(\d{1,8}))?$/i.exec(text.trim()) ?? [];
  const digits = number.replace(/\D/g, '');
  if (digits.length < 7) return null;
  const whole = plus !== '' ? `+${digits}` : digits.length === 10 ? `+1${digits}` : digits;
  return `tel:${whole}${extension === undefined ? '' : `;ext=${extension}`}`;
}
