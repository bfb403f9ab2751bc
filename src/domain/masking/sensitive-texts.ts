import type { FieldValue, Lead } from '../fields/lead.ts';
import type { BaseFieldType, FieldDeclarations } from '../fields/types.ts';
import { declarationOf, shapeOfType } from '../fields/types.ts';
import { Redactions } from './redactions.ts';
import { isSensitive } from './sensitive.ts';

/** More sensitive texts than these, or longer ones together, are not looked for one by one: no person has so many. */
const MOST_TEXTS = 200;
const MOST_CHARACTERS = 4_000;

/**
 * The sensitive values of a lead that an answer may repeat: as they came, in normal form, and as buyers commonly ask for them.
 * A lead with more than 200 of them, or with more than 4,000 characters of them, hides every text as a whole.
 */
export function leadRedactions(lead: Lead, declarations: FieldDeclarations): Redactions {
  const texts = new Set<string>();
  let characters = 0;
  for (const [name, field] of lead.fields) {
    const declaration = declarationOf(declarations, name);
    if (declaration === undefined || !isSensitive(declaration)) continue;
    const { base } = shapeOfType(field.type);
    for (const text of sensitiveTexts(base, field)) {
      if (texts.has(text)) continue;
      texts.add(text);
      characters += text.length;
      if (texts.size > MOST_TEXTS || characters > MOST_CHARACTERS) return Redactions.everything;
    }
  }
  return Redactions.of([...texts]);
}

function* sensitiveTexts(base: BaseFieldType, { raw, value }: { raw: unknown; value: FieldValue }): Generator<string> {
  yield* textsIn(raw);
  for (const normal of textsIn(value)) {
    yield normal;
    yield* writtenForms(base, normal);
  }
}

/** The texts in a value at any depth. Booleans are left out: "true" is in every second answer. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'number') yield String(value);
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) yield* textsIn(item);
}

/** The forms of a normal value that buyers ask for most often. Separators within a number need none of their own. */
function writtenForms(type: BaseFieldType, normal: string): string[] {
  const [, year, month, day] = (type === 'dob' ? /^(\d{4})-(\d{2})-(\d{2})$/.exec(normal) : null) ?? [];
  if (year === undefined || month === undefined || day === undefined) return [];
  return [`${month}/${day}/${year}`, `${Number(month)}/${Number(day)}/${year}`, `${month}-${day}-${year}`];
}
