import { expectedForm } from './expected-form.ts';
import type { Field, Lead } from './lead.ts';
import { parseField, untypedField } from './parse.ts';
import { isBlank } from './reading.ts';
import type { FieldDeclarations } from './types.ts';
import { declarationOf } from './types.ts';

/** What the store keeps of a lead, as far as its fields are concerned. */
export interface RawLead {
  id: string;
  source: string;
  /** ISO 8601, UTC, milliseconds: ages count from it, so that the same lead reads the same on any later day. */
  receivedAt: string;
  test: boolean;
  /** Raw values by flat name, in order of arrival. */
  fields: Record<string, unknown>;
}

/** A required field that intake has to refuse. The message names the field and the form it takes, never its value. */
export interface FieldProblem {
  field: string;
  problem: 'missing' | 'invalid';
  message: string;
}

/** Types a lead's fields as its source declares them, in order of arrival; what is not declared is kept as it is. */
export function readLead(record: RawLead, declarations: FieldDeclarations): Lead {
  const fields = new Map<string, Field>();
  for (const [name, raw] of Object.entries(record.fields)) {
    const declaration = declarationOf(declarations, name);
    fields.set(name, declaration === undefined ? untypedField(raw) : parseField(declaration.type, raw, record.receivedAt));
  }
  return { id: record.id, source: record.source, receivedAt: record.receivedAt, test: record.test, fields };
}

/** Every required field that is absent, blank or unreadable, in order of declaration. An optional field is never a problem: it goes on as raw text. */
export function missingOrInvalid(lead: Lead, declarations: FieldDeclarations): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [name, declaration] of Object.entries(declarations)) {
    if (!declaration.required) continue;
    const field = lead.fields.get(name);
    const form = expectedForm(declaration.type);
    if (field === undefined || isBlank(field.raw)) {
      problems.push({ field: name, problem: 'missing', message: `${name}: this field is required; write ${form}` });
    } else if (!field.valid) {
      problems.push({ field: name, problem: 'invalid', message: `${name}: write ${form}` });
    }
  }
  return problems;
}
