import { Resend } from 'resend';
import { z } from 'zod';
import { mailboxOf } from './address.ts';
import { DELIVERY_TAG } from './email-body.ts';

/** What comes with a callback beside its body, as Svix signs it. */
export interface CallbackSignature {
  id: string;
  timestamp: string;
  signature: string;
}

/** The SDK takes no client without a key, and needs none to check a signature: nothing is sent. */
const OFFLINE = new Resend('re_no_key_needed');

/** Whether Resend signed this very text within the last five minutes (docs, "Verify Webhooks Requests"). Done by its SDK. */
export function isSignedByResend(text: string, { id, timestamp, signature }: CallbackSignature, secret: string): boolean {
  try {
    OFFLINE.webhooks.verify({ payload: text, headers: { id, timestamp, signature }, webhookSecret: secret });
    return true;
  } catch {
    // Whatever is wrong with it, nothing in it can be believed.
    return false;
  }
}

/** What a callback says of an email. `bounced` is final, `soft-bounced` may pass. */
export type CallbackMeaning = 'delivered' | 'bounced' | 'soft-bounced' | 'complained' | 'failed' | 'suppressed' | 'delayed';

export interface Callback {
  meaning: CallbackMeaning;
  /** When it happened; null where it cannot be read. */
  at: string | null;
  emailId: string | null;
  /** From our own tag. */
  deliveryId: string | null;
  /** The address that it is about; null where several got the email and nothing says which. */
  address: string | null;
}

/** A text that may be missing. One that is something else is missing, too: a callback is not lost for a word that nobody needs. */
const textSchema = z.string().optional().catch(undefined);

const callbackSchema = z.object({
  type: z.string(),
  created_at: textSchema,
  data: z.object({
    email_id: textSchema,
    to: z.union([z.string(), z.array(z.string())]).optional().catch(undefined),
    // Documented as a list where emails are sent, and as an object in callbacks.
    tags: z.union([z.record(z.string(), z.unknown()), z.array(z.object({ name: z.string(), value: z.unknown() }))]).optional().catch(undefined),
    bounce: z.object({ type: textSchema, subType: textSchema, message: textSchema }).optional().catch(undefined),
  }),
});

/** Reads a callback whose signature was checked; null for one that says nothing about a delivery (opened, clicked, a contact …), or is no callback. */
export function readCallback(text: string): Callback | null {
  const read = callbackSchema.safeParse(jsonOf(text));
  if (!read.success) return null;
  const { type, created_at, data } = read.data;
  const meaning = meaningOf(type, data.bounce);
  if (meaning === null) return null;
  const { tags = {} } = data;
  const tag = Array.isArray(tags) ? tags.find(({ name }) => name === DELIVERY_TAG)?.value : tags[DELIVERY_TAG];
  return { meaning, at: timeOf(created_at), emailId: data.email_id ?? null, deliveryId: typeof tag === 'string' ? tag : null, address: addressOf(data.to, data.bounce?.message) };
}

/** A full mailbox is emptied some day, whatever Resend calls the bounce (docs, "Email Bounces"). */
function meaningOf(type: string, bounce: { type?: string | undefined; subType?: string | undefined } | undefined): CallbackMeaning | null {
  switch (type) {
    case 'email.delivered':
      return 'delivered';
    case 'email.bounced':
      return bounce?.type?.toLowerCase() === 'permanent' && bounce.subType?.toLowerCase() !== 'mailboxfull' ? 'bounced' : 'soft-bounced';
    case 'email.complained':
      return 'complained';
    case 'email.failed':
      return 'failed';
    case 'email.suppressed':
      return 'suppressed';
    case 'email.delivery_delayed':
      return 'delayed';
    default:
      return null;
  }
}

/** Of several recipients it is the one that the other side's words name. */
function addressOf(to: string | string[] | undefined, words = ''): string | null {
  const addresses = [...new Set([to ?? []].flat().flatMap((text) => mailboxOf(text) ?? []))];
  const named = addresses.length === 1 ? addresses : addresses.filter((address) => words.toLowerCase().includes(address));
  return named.length === 1 ? (named[0] ?? null) : null;
}

/** Written as ISO 8601, or with a blank for the T and hours alone for the zone. */
function timeOf(text: string | undefined): string | null {
  const at = Date.parse((text ?? '').trim().replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00'));
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
