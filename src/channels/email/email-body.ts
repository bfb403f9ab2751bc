import { z } from 'zod';
import { mailboxOf } from './address.ts';

const addressesSchema = z.array(z.string());

/** The body of Resend's `POST /emails` as far as this channel uses it, with its keys in the order in which the SDK writes them. */
export const emailBodySchema = z.strictObject({
  attachments: z.array(z.strictObject({ content: z.string(), filename: z.string(), content_type: z.string() })).optional(),
  bcc: addressesSchema.optional(),
  cc: addressesSchema.optional(),
  from: z.string(),
  html: z.string().optional(),
  reply_to: addressesSchema.optional(),
  subject: z.string(),
  tags: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  text: z.string().optional(),
  to: addressesSchema,
});

export type EmailBody = z.infer<typeof emailBodySchema>;

/** The tag by which a callback tells which delivery it is about. */
export const DELIVERY_TAG = 'delivery_id';

/** The body's bytes: the same each time for the same email. */
export function encodeEmail({ attachments, bcc, cc, from, html, reply_to, subject, tags, text, to }: EmailBody): Uint8Array {
  return Buffer.from(JSON.stringify({ attachments, bcc, cc, from, html, reply_to, subject, tags, text, to }), 'utf8');
}

/** Reads what `encodeEmail` wrote. Throws for anything else: then it was not rendered by this channel. */
export function decodeEmail(bytes: Uint8Array | null): EmailBody {
  return emailBodySchema.parse(JSON.parse(Buffer.from(bytes ?? []).toString('utf8')));
}

/** The bare addresses of everybody whom an email reaches. */
export function recipientsOf({ to, cc = [], bcc = [] }: EmailBody): string[] {
  return [...to, ...cc, ...bcc].flatMap((address) => mailboxOf(address) ?? []);
}
