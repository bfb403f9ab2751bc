import type { FieldValue, Lead } from '../fields/lead.ts';
import type { BaseFieldType, FieldDeclarations } from '../fields/types.ts';
import { declarationOf, shapeOfType } from '../fields/types.ts';
import { isSensitive } from './sensitive.ts';
import { spellingsOf } from './spellings.ts';

/** Shorter texts stand in an answer by chance, and blotting them would spoil the evidence. */
const MIN_LENGTH = 4;

/**
 * The sensitive texts of a lead that an answer may echo: as they came, in normal form, in the dress that buyers commonly
 * ask for, and escaped for JSON, XML and URLs. At least four characters each, longest first.
 */
export function sensitiveValues(lead: Lead, declarations: FieldDeclarations): string[] {
  const texts = new Set<string>();
  for (const [name, field] of lead.fields) {
    const declaration = declarationOf(declarations, name);
    if (declaration === undefined || !isSensitive(declaration)) continue;
    const { base } = shapeOfType(field.type);
    for (const text of [...textsIn(field.raw), ...textsIn(field.value).flatMap((normal) => [normal, ...dresses(base, normal)])]) {
      for (const form of spellingsOf(text)) texts.add(form);
    }
  }
  return [...texts].filter((text) => text.length >= MIN_LENGTH).sort((a, b) => b.length - a.length);
}

/** Replaces every occurrence of the values, overlapping ones too, by asterisks; the length stays. */
export function blot(text: string, values: readonly string[]): string {
  const hidden = new Uint8Array(text.length);
  for (const value of values) {
    if (value === '') continue;
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) hidden.fill(1, at, at + value.length);
  }
  let result = '';
  for (let from = 0; from < text.length; ) {
    const change = hidden.indexOf(hidden[from] === 1 ? 0 : 1, from);
    const end = change < 0 ? text.length : change;
    result += hidden[from] === 1 ? '*'.repeat(end - from) : text.slice(from, end);
    from = end;
  }
  return result;
}

/** Like `blot`, for a text that was cut before these positions: what a cut has left of a value, four characters or more, is hidden too. */
export function blotCut(text: string, values: readonly string[], cuts: readonly number[]): string {
  let result = blot(text, values);
  for (const cut of cuts) {
    const kept = text.slice(0, cut);
    const left = Math.max(0, ...values.map((value) => lengthOfRest(kept, value)));
    result = result.slice(0, cut - left) + '*'.repeat(left) + result.slice(cut);
  }
  return result;
}

/** How much of the beginning of `value` stands at the end of `text`; 0 for less than counts. */
function lengthOfRest(text: string, value: string): number {
  let length = Math.min(value.length, text.length);
  while (length >= MIN_LENGTH && !text.endsWith(value.slice(0, length))) length -= 1;
  return length >= MIN_LENGTH ? length : 0;
}

/** The texts in a value at any depth. Booleans are left out: "true" is in every second answer. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap((item) => textsIn(item));
  return [];
}

/** The forms that mappings give a normal value most often. */
function dresses(type: BaseFieldType, normal: Exclude<FieldValue, null> & string): string[] {
  if (type === 'ssn') return [normal.replace(/^(\d{3})(\d{2})(\d{4})$/, '$1-$2-$3')];
  const [, year, month, day] = (type === 'dob' ? /^(\d{4})-(\d{2})-(\d{2})$/.exec(normal) : null) ?? [];
  if (year === undefined || month === undefined || day === undefined) return [];
  return [`${month}/${day}/${year}`, `${Number(month)}/${Number(day)}/${year}`, `${month}-${day}-${year}`, `${year}${month}${day}`, `${month}${day}${year}`];
}
