import type { Lead } from '../../domain/fields/lead.ts';
import { renderTemplate, type TemplateScope } from '../../domain/mapping/template.ts';
import { valueText } from '../../domain/mapping/value.ts';
import { usualFields, type UsualField } from '../crm/usual-fields.ts';

/** Twilio, "Message resource": a longer Body is refused with error 21617. */
export const LONGEST_TEXT = 1_600;

/** The text of a lead's message: the destination's own, or the usual one. */
export function messageText(template: string | undefined, lead: Lead, scope: TemplateScope): string {
  return template === undefined ? usualText(lead) : renderTemplate(template, scope);
}

/** `New lead: Zoë Dyke, 5125550142, zoe@example.com`: whom to call, and short. A lead without any of it is told by its id. */
function usualText(lead: Lead): string {
  const usual = usualFields(lead);
  const textOf = (field: UsualField) => {
    const value = usual.get(field);
    return value === undefined ? '' : valueText(value).trim();
  };
  const name = [textOf('firstName'), textOf('lastName')].filter((text) => text !== '').join(' ');
  const known = [name, textOf('phone') || textOf('mobile'), textOf('email')].filter((text) => text !== '');
  return `New lead: ${known.length === 0 ? lead.id : known.join(', ')}`;
}
