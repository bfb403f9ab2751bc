import type { Lead } from '../../domain/fields/lead.ts';
import { renderTemplate, type TemplateScope } from '../../domain/mapping/template.ts';
import { valueText } from '../../domain/mapping/value.ts';
import { usualFields } from '../crm/usual-fields.ts';
import { onOneLine } from './address.ts';

/** RFC 5322 has no longer line; programs show far less. */
const LONGEST_SUBJECT = 500;

/** The subject for a lead, on one line. What a missing field leaves hanging at the end ("New lead:") is cut off. */
export function subjectFor(template: string | undefined, lead: Lead, scope: TemplateScope): string {
  const text = onOneLine(template === undefined ? `New lead: ${fullName(lead)}` : renderTemplate(template, scope, onOneLine));
  const tidy = text.replace(/\s+/g, ' ').trim().replace(/[\s:,;–-]+$/u, '');
  return Array.from(tidy === '' ? 'New lead' : tidy).slice(0, LONGEST_SUBJECT).join('');
}

function fullName(lead: Lead): string {
  const usual = usualFields(lead);
  return [usual.get('firstName'), usual.get('lastName')].map((value) => valueText(value ?? null).trim()).filter((name) => name !== '').join(' ');
}
