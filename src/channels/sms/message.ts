import { z } from 'zod';
import type { AttemptOutcome } from '../../domain/delivery/outcome.ts';
import { explanationOf, twilioError } from './twilio-errors.ts';

/** A message as Twilio describes it ("Message resource"), as far as it is read. Numbers come as texts. */
export const messageSchema = z.object({
  sid: z.string().min(1).max(200),
  status: z.string().nullish(),
  to: z.string().nullish(),
  from: z.string().nullish(),
  body: z.string().nullish(),
  /** RFC 2822. */
  date_created: z.string().nullish(),
  date_sent: z.string().nullish(),
  num_segments: z.union([z.string(), z.number()]).nullish(),
  /** Negative: what it costs the account. Null until Twilio knows it. */
  price: z.union([z.string(), z.number()]).nullish(),
  price_unit: z.string().nullish(),
  error_code: z.coerce.number().nullish(),
});

export type TwilioMessage = z.output<typeof messageSchema>;

/** States of a message that reaches nobody any more. */
const ENDED_BADLY: ReadonlySet<string> = new Set(['failed', 'undelivered', 'canceled']);

/** What a message that Twilio has comes to: taken, unless it says that it has ended badly. */
export function outcomeOfMessage({ sid, status, error_code: code }: TwilioMessage): AttemptOutcome {
  if (status === null || status === undefined || !ENDED_BADLY.has(status)) return { outcome: 'success', billable: true, recipientId: sid };
  return lostMessage(status, code ?? null);
}

/** What is kept of a message: how many parts, and what it cost, when that is known. */
export function capturesOfMessage({ num_segments: segments, price, price_unit: unit }: TwilioMessage): Record<string, string> {
  return {
    ...(segments === null || segments === undefined ? {} : { segments: String(segments) }),
    ...(price === null || price === undefined ? {} : { price: [String(price), unit ?? ''].join(' ').trim() }),
  };
}

function lostMessage(status: string, code: number | null): AttemptOutcome {
  const error = code === null ? null : twilioError(code);
  if (code === null || error === null) {
    return { outcome: 'error', kind: 'permanent', code: 'rule', reason: `Twilio took the message, and it is ${status}${code === null ? '' : `: error ${code}, ${explanationOf(code)}`}. Look at it in Twilio’s message log.` };
  }
  return { outcome: 'error', kind: error.kind, code: error.code, reason: `Twilio error ${code}: ${error.advice}. ${explanationOf(code)}` };
}
