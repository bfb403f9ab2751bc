import twilio from 'twilio';
import { z } from 'zod';
import type { ErrorCode } from '../../domain/delivery/outcome.ts';
import { recipientNumber } from './numbers.ts';
import { explanationOf, OPTED_OUT, twilioError, type TwilioError } from './twilio-errors.ts';

/** What Twilio tells of a message's way (Twilio, "Track outbound message status"), as far as it is read. */
const callbackSchema = z.object({
  MessageSid: z.string().min(1).max(200),
  MessageStatus: z.string().max(100),
  ErrorCode: z.coerce.number().int().positive().optional().catch(undefined),
  To: z.string().optional().catch(undefined),
});

/** What a callback comes to; null for a state on the way, such as `sent`. */
export interface MessageNews {
  messageSid: string;
  event: 'confirmed' | 'failed';
  code: ErrorCode;
  reason: string;
  countsForBreaker: boolean;
  mayPass: boolean;
  /** Whether sending again can mend nothing. */
  isPermanent: boolean;
  /** The number whose owner has opted out; null where nobody has. */
  optedOut: string | null;
}

/** True when Twilio made this request: signed over the address that it called and its parameters (Twilio, "Webhooks security"). */
export function isFromTwilio(authToken: string, signature: string, url: string, parameters: Record<string, string | string[]>): boolean {
  return twilio.validateRequest(authToken, signature, url, parameters);
}

/** Reads a callback. `unreadable`: it is not one of a message's state. */
export function readStatusCallback(parameters: Record<string, string | string[]>): MessageNews | 'on-its-way' | 'unreadable' {
  const parsed = callbackSchema.safeParse(parameters);
  if (!parsed.success) return 'unreadable';
  const { MessageSid: messageSid, MessageStatus: status, ErrorCode: code, To: to } = parsed.data;
  switch (status) {
    case 'delivered':
    case 'read':
      return { messageSid, event: 'confirmed', code: 'rule', reason: 'Twilio says that the message reached the phone.', countsForBreaker: false, mayPass: false, isPermanent: false, optedOut: null };
    case 'undelivered':
    case 'failed':
    case 'canceled':
      return { messageSid, event: 'failed', ...lost(status, code), optedOut: code === OPTED_OUT ? recipientNumber(to ?? '') : null };
    default:
      return 'on-its-way';
  }
}

function lost(status: string, code: number | undefined): Pick<MessageNews, 'code' | 'reason' | 'countsForBreaker' | 'mayPass' | 'isPermanent'> {
  const error = code === undefined ? null : twilioError(code);
  const named = code === undefined ? 'without an error code' : `Twilio error ${code}`;
  const advice = error === null ? 'look at it in Twilio’s message log' : error.advice;
  return {
    code: error?.code ?? 'rule',
    reason: `Twilio took the message, and it is ${status}: ${named}: ${advice}.${code === undefined ? '' : ` ${explanationOf(code)}`}`,
    countsForBreaker: !isAboutRecipient(error),
    mayPass: error?.about === 'passing',
    isPermanent: error?.kind !== 'transient',
  };
}

/** A number that is wrong, or a phone that is off, says nothing about who sends, nor about the way there. */
function isAboutRecipient(error: TwilioError | null): boolean {
  return error?.about === 'number' || (error?.about === 'passing' && error.code === 'recipient');
}
