import type { Field, FieldValue, Lead } from '../fields/lead.ts';
import type { FieldDeclarations } from '../fields/types.ts';
import { declarationOf, shapeOfType } from '../fields/types.ts';
import { maskDateOfBirth } from './date-of-birth.ts';
import { isSensitive } from './sensitive.ts';
import { maskText } from './text.ts';

export { maskDateOfBirth } from './date-of-birth.ts';
export { Redactions } from './redactions.ts';
export { isSensitive } from './sensitive.ts';
export { leadRedactions } from './sensitive-texts.ts';
export { maskText } from './text.ts';

/** How one text of a field is hidden. */
type TextMask = (text: string) => string;

/**
 * The lead as a person may see it: raw value, normal form and parts of sensitive fields are masked texts of the same
 * length; a date of birth keeps its year, nulls stay. Masking twice changes nothing. A lead without sensitive fields comes
 * back as the very same: what was made of it can be shown.
 */
export function maskLead(lead: Lead, declarations: FieldDeclarations): Lead {
  const hidden = [...lead.fields].filter(([name]) => {
    const declaration = declarationOf(declarations, name);
    return declaration !== undefined && isSensitive(declaration);
  });
  return hidden.length === 0 ? lead : { ...lead, fields: new Map([...lead.fields, ...hidden.map(([name, field]) => [name, maskField(field)] as const)]) };
}

function maskField(field: Field): Field {
  const isBirth = shapeOfType(field.type).base === 'dob';
  const mask: TextMask = isBirth ? (text) => maskDateOfBirth(text) : maskText;
  const parts = Object.entries(field.parts).map(([part, value]): [string, FieldValue] => [
    part,
    isBirth && part === 'year' && value !== null ? String(value) : maskValue(value, maskText),
  ]);
  return { ...field, raw: maskRaw(field.raw, mask), value: maskValue(field.value, mask), parts: Object.fromEntries(parts) };
}

function maskValue(value: FieldValue, mask: TextMask): FieldValue {
  if (value === null) return null;
  return Array.isArray(value) ? value.map((item) => maskValue(item, mask)) : mask(String(value));
}

/** Whatever came in: texts, numbers and booleans become masked text, in lists and objects too. JSON holds nothing else. */
function maskRaw(raw: unknown, mask: TextMask): unknown {
  if (raw === null || raw === undefined) return raw;
  if (Array.isArray(raw)) return raw.map((item) => maskRaw(item, mask));
  if (typeof raw === 'object') return Object.fromEntries(Object.entries(raw).map(([key, item]) => [key, maskRaw(item, mask)]));
  return typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean' ? mask(String(raw)) : null;
}
