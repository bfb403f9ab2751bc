import { z } from 'zod';
import type { AttemptOutcome, DeliveryError } from '../../domain/delivery/outcome.ts';
import { readAnswer, type Answer, type RawAnswer } from '../../domain/response/answer.ts';
import { retryAfterOf } from '../../domain/response/by-status.ts';
import type { Reading } from '../../domain/response/read.ts';
import { capturesOfMessage, messageSchema, outcomeOfMessage } from './message.ts';
import { explanationOf, twilioError } from './twilio-errors.ts';

/** With Twilio's own code, where the answer has one. */
export interface TwilioReading extends Reading {
  errorCode: number | null;
}

/** Twilio, "Error responses". The message is not read: it has the recipient's number in it. */
const errorSchema = z.object({ code: z.coerce.number().int().positive() });

/**
 * Reads the answer to a message that was to be created: a message is taken, an error goes by its code, else by the status. Twilio has
 * no idempotency keys: after a 5xx without a code nobody knows whether it took the message.
 */
export function readTwilioAnswer(raw: RawAnswer, now: Date): TwilioReading {
  const answer = readAnswer(raw, 'json');
  const value = answer.body.kind === 'json' ? answer.body.value : null;
  if (answer.status >= 200 && answer.status < 300) {
    const message = messageSchema.safeParse(value);
    if (!message.success) return reading(UNREADABLE, null);
    return { outcome: outcomeOfMessage(message.data), captures: capturesOfMessage(message.data), problems: [], errorCode: message.data.error_code ?? null };
  }
  const error = errorSchema.safeParse(value);
  const code = error.success ? error.data.code : null;
  return reading(errorOutcome(answer, code, now), code);
}

const UNREADABLE: DeliveryError = {
  outcome: 'error',
  kind: 'unknown',
  code: 'unreadable-answer',
  reason: 'Twilio answered with success, and the message in the answer could not be read: it may have been sent. Check whether something stands between Leadrail and Twilio, and `baseUrl` if it is set.',
};

function reading(outcome: AttemptOutcome, errorCode: number | null): TwilioReading {
  return { outcome, captures: {}, problems: [], errorCode };
}

function errorOutcome(answer: Answer, code: number | null, now: Date): DeliveryError {
  const known = code === null ? null : twilioError(code);
  const { kind, code: cause, advice } = known ?? byStatus(answer.status, code);
  const retryAfterMs = kind === 'transient' ? retryAfterOf(answer, now) : undefined;
  const named = code === null ? `HTTP ${answer.status} from Twilio` : `Twilio error ${code}`;
  return { outcome: 'error', kind, code: cause, reason: `${named}: ${advice}.${code === null ? '' : ` ${explanationOf(code)}`}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function byStatus(status: number, code: number | null): Pick<DeliveryError, 'kind' | 'code'> & { advice: string } {
  if (status === 401) return { kind: 'permanent', code: 'unauthorized', advice: 'SID and token are not accepted; check `accountSid` and `authToken`' };
  if (status === 403) return { kind: 'permanent', code: 'forbidden', advice: 'the account may not send this; look at it in Twilio’s console' };
  if (status === 404) return { kind: 'permanent', code: 'not-found', advice: 'there is no such account at this address; check `accountSid`, and `baseUrl` if it is set' };
  if (status === 429) return { kind: 'transient', code: 'rate-limited', advice: 'the account makes more requests than Twilio allows; it is tried again later' };
  if (status >= 500) return { kind: 'unknown', code: 'http-status', advice: 'it failed while it had the message, which may have been sent; Twilio’s message log is looked up before it is sent again' };
  if (status < 400) return { kind: 'permanent', code: 'redirect', advice: 'the answer leads elsewhere, which is not followed; check `baseUrl`' };
  return code === null
    ? { kind: 'permanent', code: 'http-status', advice: 'the message was not taken, without a code that says why; look at the answer in the evidence' }
    : { kind: 'permanent', code: 'rule', advice: 'the message was not taken; look at the answer in the evidence' };
}
