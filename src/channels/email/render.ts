import { applyMapping } from '../../domain/mapping/apply.ts';
import { leadScope, renderTemplate } from '../../domain/mapping/template.ts';
import type { RenderInput, RenderResult } from '../channel.ts';
import { attachmentOf } from './attachment.ts';
import type { Installation } from '../installation.ts';
import type { EmailConfig } from './config.ts';
import { defaultEmail } from './default-template.ts';
import { DELIVERY_TAG, encodeEmail } from './email-body.ts';
import { escapeHtml } from './escape-html.ts';
import { recipientsFor } from './recipients.ts';
import { rowsOf } from './rows.ts';
import { subjectFor } from './subject.ts';

/** Where Resend is reached (API reference, "Introduction"). */
export const RESEND_URL = 'https://api.resend.com';

/** Resend's own sender for trying things out: it reaches only the owner of the account (docs, "Send with a test domain"). */
const RESEND_SENDER = 'Leadrail <onboarding@resend.dev>';

/** Makes an email from a lead, as the JSON that Resend takes. Pure; the key comes with each attempt. */
export function renderEmail({ config, lead, deliveryId }: RenderInput<EmailConfig>, { emailFrom }: Installation): RenderResult {
  const extra = { 'delivery.id': deliveryId };
  const scope = leadScope(lead, extra);
  const mapped = applyMapping(config.map, lead, extra, 'form');
  const addressed = recipientsFor(config, scope);
  if (!mapped.ok || !addressed.ok) return { ok: false, mistakes: [...(mapped.ok ? [] : mapped.mistakes), ...(addressed.ok ? [] : addressed.mistakes)] };
  const { to, cc, bcc, replyTo } = addressed.recipients;
  const written = config.html !== undefined || config.text !== undefined;
  const content = written
    ? {
        html: config.html === undefined ? undefined : renderTemplate(config.html, scope, escapeHtml),
        text: config.text === undefined ? undefined : renderTemplate(config.text, scope),
      }
    : defaultEmail(rowsOf(mapped.values, lead), lead);
  if (!content.html && !content.text) return { ok: false, mistakes: [{ to: config.html === undefined ? 'text' : 'html', message: 'comes out empty for this lead; Resend takes no email without content' }] };
  const body = encodeEmail({
    attachments: config.attach === undefined ? undefined : [attachmentOf(config.attach, mapped.values, lead)],
    bcc: someOf(bcc),
    cc: someOf(cc),
    from: (config.from ?? emailFrom ?? RESEND_SENDER).trim(),
    html: content.html,
    reply_to: someOf(replyTo),
    subject: subjectFor(config.subject, lead, scope),
    tags: [{ name: DELIVERY_TAG, value: deliveryId }],
    text: content.text,
    to,
  });
  const request = { method: 'POST', url: `${config.baseUrl ?? RESEND_URL}/emails`, headers: [['Content-Type', 'application/json']] satisfies [string, string][], body };
  const notes = [...mapped.problems, ...addressed.notes];
  return notes.length === 0 ? { ok: true, request } : { ok: true, request, notes };
}

function someOf(addresses: string[]): string[] | undefined {
  return addresses.length === 0 ? undefined : addresses;
}
