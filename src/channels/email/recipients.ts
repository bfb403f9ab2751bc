import type { MappingMistake } from '../../domain/mapping/mistake.ts';
import { checkTemplate, renderTemplate, resolveTemplate, templateVariables, type TemplateScope } from '../../domain/mapping/template.ts';
import { escapeForAddress, mailboxOf } from './address.ts';
import { MOST_RECIPIENTS, type EmailConfig } from './config.ts';

const FIELDS = ['to', 'cc', 'bcc', 'replyTo'] as const;
type AddressField = (typeof FIELDS)[number];

/** Everybody an email goes to. An address stands once, where it stands first; `replyTo` is a list of its own. */
export type Recipients = Record<AddressField, string[]>;

export type RecipientsResult = { ok: true; recipients: Recipients; notes: MappingMistake[] } | { ok: false; mistakes: MappingMistake[] };

/**
 * The addresses for a lead. One that a field leaves empty is left out; one that comes out as no address is left out with a note: a lead
 * with a mistyped address is still a lead. Without anybody in `to` there is no email.
 */
export function recipientsFor(config: EmailConfig, scope: TemplateScope): RecipientsResult {
  const recipients: Recipients = { to: [], cc: [], bcc: [], replyTo: [] };
  const notes: MappingMistake[] = [];
  const seen = new Set<string>();
  for (const field of FIELDS) {
    if (field === 'replyTo') seen.clear();
    for (const [index, template] of config[field].entries()) {
      for (const address of addressesFrom(template, scope)) {
        const mailbox = mailboxOf(address);
        if (mailbox === null) notes.push({ to: `${field}[${index}]`, message: `${template} came out as no email address and was left out` });
        else if (!seen.has(mailbox)) recipients[field].push(address);
        if (mailbox !== null) seen.add(mailbox);
      }
    }
  }
  const count = recipients.to.length + recipients.cc.length + recipients.bcc.length;
  if (recipients.to.length === 0) return { ok: false, mistakes: [{ to: 'to', message: `nobody is left to send to: ${config.to.join(', ')} gave no email address for this lead` }] };
  if (count > MOST_RECIPIENTS) return { ok: false, mistakes: [{ to: 'to', message: `this lead makes ${count} recipients of \`to\`, \`cc\` and \`bcc\`; an email has at most ${MOST_RECIPIENTS}` }] };
  return { ok: true, recipients, notes };
}

/** A template that is one list of addresses gives them all. */
function addressesFrom(template: string, scope: TemplateScope): string[] {
  const value = templateVariables(template).length === 1 ? resolveTemplate(template, scope) : undefined;
  const texts = Array.isArray(value) ? value.map((element) => escapeForAddress(typeof element === 'string' ? element : '')) : [renderTemplate(template, scope, escapeForAddress)];
  return texts.filter((text) => text.trim() !== '').map((text) => text.trim());
}

/** What is wrong with an address of the configuration, or null. One with a field in it is known only with a lead. */
export function addressProblem(address: string): string | null {
  const broken = checkTemplate(address);
  if (broken !== null) return broken;
  return templateVariables(address).length > 0 || mailboxOf(address) !== null ? null : 'is no email address; write sales@buyer.example, or "Name <sales@buyer.example>"';
}
