import type { Response } from 'resend';
import { z } from 'zod';
import type { AttemptOutcome, DeliveryError } from '../../domain/delivery/outcome.ts';
import type { RawAnswer } from '../../domain/response/answer.ts';
import { boundedWords } from '../../domain/response/excerpt.ts';
import type { Reading } from '../../domain/response/read.ts';
import { parseRetryAfterMs } from '../../domain/response/retry-after.ts';
import { resendError } from './error-classes.ts';
import { resendResponse } from './resend-response.ts';

const sentSchema = z.object({ id: z.string().min(1).max(200) });

/** Reads an answer to `POST /emails` as it came over the wire. */
export function readEmailAnswer(answer: RawAnswer, now: Date): Reading {
  return readResendResponse(resendResponse(answer), now);
}

/** Reads what the SDK gave for an answer. By status and the error's name, never by its message (docs, "Errors"). */
export function readResendResponse({ data, error, headers }: Response<unknown>, now: Date): Reading {
  if (error !== null && error.statusCode !== null) {
    const { kind, code, advice } = resendError(error.statusCode, error.name);
    const words = boundedWords(error.message);
    const reason = `HTTP ${error.statusCode} ${error.name} from Resend${words === undefined ? '' : ` (“${words}”)`}: ${advice}`;
    const retryAfterMs = kind === 'transient' ? waitOf(headers ?? {}, now) : undefined;
    return reading({ outcome: 'error', kind, code, reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  }
  const sent = sentSchema.safeParse(data);
  if (!sent.success) return reading(UNREADABLE);
  return reading({ outcome: 'success', billable: true, recipientId: sent.data.id }, { link: `https://resend.com/emails/${encodeURIComponent(sent.data.id)}` });
}

const UNREADABLE: DeliveryError = {
  outcome: 'error',
  kind: 'unknown',
  code: 'unreadable-answer',
  reason: 'Resend answered with success but without the email’s id, so the email may have been sent. It is sent again under the same Idempotency-Key, which makes no second email. Check whether `baseUrl` leads to Resend, and whether a proxy in between changes answers.',
};

/** `retry-after`, else `ratelimit-reset`: both in seconds (docs, "Rate Limit"). */
function waitOf(headers: Record<string, string>, now: Date): number | undefined {
  const wish = headers['retry-after'] ?? headers['ratelimit-reset'];
  return wish === undefined ? undefined : parseRetryAfterMs(wish, now);
}

function reading(outcome: AttemptOutcome, captures: Record<string, string> = {}): Reading {
  return { outcome, captures, problems: [] };
}
