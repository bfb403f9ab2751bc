import { z } from 'zod';
import type { DeliveryError, ErrorCode, ErrorKind } from '../../domain/delivery/outcome.ts';
import { boundedWords } from '../../domain/response/excerpt.ts';
import { parseRetryAfterMs } from '../../domain/response/retry-after.ts';
import { faultOutcome } from '../../egress/fault-outcome.ts';
import { harmlessWords } from '../tokens/failure.ts';
import { ExchangeFault } from './fetch-through.ts';

/** A call to Google that did not go well. */
export interface CallFailure {
  error: DeliveryError;
  /** False when it is certain that the call changed nothing: it was never sent, or was refused. */
  mayHaveHappened: boolean;
}

/** Google answers in this form everywhere (Google: "API design guide", errors). */
const bodySchema = z.object({
  error: z.object({
    status: z.string().optional().catch(undefined),
    message: z.string().optional().catch(undefined),
    details: z.array(z.object({ reason: z.string().optional().catch(undefined) })).optional().catch(undefined),
    errors: z.array(z.object({ reason: z.string().optional().catch(undefined) })).optional().catch(undefined),
  }),
});
/** Of the token endpoint (RFC 6749, section 5.2). */
const tokenBodySchema = z.object({ error: z.string(), error_description: z.string().optional().catch(undefined) });
const answeredSchema = z.object({ response: z.object({ status: z.number(), headers: z.instanceof(Headers), data: z.unknown() }) });

/** Older Google APIs tell too many requests by a 403 with one of these reasons. */
const TOO_MANY: ReadonlySet<string> = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'RATE_LIMIT_EXCEEDED', 'quotaExceeded', 'RESOURCE_EXHAUSTED']);

/** A word of Google's, not a sentence that could repeat anything. */
const CODE = /^\w{1,60}$/;

const NO_ANSWER_ADVICE = 'an answer that is none of Google’s; check `baseUrl`, and whether a proxy is in between';

/** What a call to the API that was thrown back means, by status and machine-readable code. */
export function apiFailure(thrown: unknown, timeoutMs: number, now: Date): CallFailure {
  return faultFailure(thrown, timeoutMs) ?? answerFailure(thrown, now) ?? { error: errorOf('unknown', 'unreadable-answer', NO_ANSWER_ADVICE), mayHaveHappened: true };
}

/** What a failed call for a token means: nothing was written to the sheet, whatever it is. */
export function tokenFailure(thrown: unknown, timeoutMs: number, now: Date): CallFailure {
  const fault = faultFailure(thrown, timeoutMs);
  if (fault) return { error: { ...fault.error, kind: fault.error.kind === 'unknown' ? 'transient' : fault.error.kind, reason: `No access token. ${fault.error.reason}` }, mayHaveHappened: false };
  const answered = answeredSchema.safeParse(thrown);
  if (!answered.success) return { error: errorOf('permanent', 'configuration', 'No access token: `serviceAccount` cannot sign for one; paste the whole JSON key that Google Cloud gave out'), mayHaveHappened: false };
  const { status, headers, data } = answered.data.response;
  const body = tokenBodySchema.safeParse(data);
  const words = body.success ? harmlessWords([body.data.error, body.data.error_description ?? ''].join(' '), []) : '';
  const what = `No access token: HTTP ${status} from Google${words === '' ? '' : ` (${words})`}`;
  if (status === 429 || status === 408 || status >= 500) return { error: withRetryAfter(errorOf('transient', status === 429 ? 'rate-limited' : 'http-status', `${what}; it is tried again`), headers, now), mayHaveHappened: false };
  const advice = 'check that the service account and its key still exist and are enabled, and that this machine’s clock is right';
  return { error: errorOf('permanent', 'unauthorized', `${what}: ${advice}`), mayHaveHappened: false };
}

function faultFailure(thrown: unknown, timeoutMs: number): CallFailure | null {
  const fault = thrown instanceof ExchangeFault ? thrown : thrown instanceof Error && thrown.cause instanceof ExchangeFault ? thrown.cause : null;
  if (!fault) return null;
  const error = faultOutcome(fault.fault, fault.requestWritten, { timeoutMs, ...(fault.address === undefined ? {} : { address: fault.address }) });
  return { error, mayHaveHappened: fault.requestWritten };
}

function answerFailure(thrown: unknown, now: Date): CallFailure | null {
  const answered = answeredSchema.safeParse(thrown);
  if (!answered.success || answered.data.response.status < 300) return null;
  const { status, headers, data } = answered.data.response;
  const body = bodySchema.safeParse(data);
  const { status: name, message, details = [], errors = [] } = body.success ? body.data.error : {};
  const reasons = [...details, ...errors].flatMap(({ reason }) => reason ?? []);
  // Only a refused row is the affair of one lead alone: any other failure is shown with every row that waits, whosever words it repeats.
  const words = status === 400 ? boundedWords(message ?? '') : undefined;
  const codes = [...new Set([name ?? '', ...reasons])].filter((code) => CODE.test(code));
  const what = `HTTP ${status} from Google${codes.map((code) => ` ${code}`).join('')}${words === undefined ? '' : ` (“${words}”)`}`;
  const { kind, code, advice } = meaningOf(status, reasons);
  // Only a refusal is sure to have left everything as it was: behind a 5xx the write may be done (Google: "Google Sheets API", usage limits).
  return { error: withRetryAfter(errorOf(kind, code, `${what}: ${advice}`), headers, now), mayHaveHappened: status < 400 || status === 408 || status >= 500 };
}

interface Meaning {
  kind: ErrorKind;
  code: ErrorCode;
  advice: string;
}

function meaningOf(status: number, reasons: string[]): Meaning {
  if (status === 429 || reasons.some((reason) => TOO_MANY.has(reason))) {
    return { kind: 'transient', code: 'rate-limited', advice: 'more requests than this service account or its project may make in a minute; it is tried again. If it goes on, something else uses the account' };
  }
  if (status === 400) return { kind: 'permanent', code: 'rule', advice: 'Google does not take this row; check `spreadsheetId`, whether the tab is protected, and whether the spreadsheet is full' };
  if (status === 401) return { kind: 'permanent', code: 'unauthorized', advice: 'Google does not accept the service account, nor a new token; check that the account and its key still exist and are enabled' };
  if (status === 403 && reasons.includes('SERVICE_DISABLED')) return { kind: 'permanent', code: 'forbidden', advice: 'the Google Sheets API is not enabled in the service account’s project; enable it in Google Cloud, and resume the destination' };
  if (status === 403) return { kind: 'permanent', code: 'forbidden', advice: 'the service account may not write here; share the spreadsheet with its `client_email` as an editor, and resume the destination' };
  if (status === 404) return { kind: 'permanent', code: 'not-found', advice: 'there is no such spreadsheet; check `spreadsheetId`, and whether it was deleted' };
  if (status === 408 || status === 409 || status >= 500) return { kind: 'transient', code: 'http-status', advice: 'nothing to mend here; it is tried again' };
  return status < 400 ? { kind: 'permanent', code: 'redirect', advice: 'a redirect, which is not followed; check `baseUrl`' } : { kind: 'permanent', code: 'http-status', advice: NO_ANSWER_ADVICE };
}

function errorOf(kind: ErrorKind, code: ErrorCode, reason: string): DeliveryError {
  return { outcome: 'error', kind, code, reason };
}

function withRetryAfter(error: DeliveryError, headers: Headers, now: Date): DeliveryError {
  const header = headers.get('retry-after');
  const retryAfterMs = header === null || error.kind !== 'transient' ? undefined : parseRetryAfterMs(header, now);
  return retryAfterMs === undefined ? error : { ...error, retryAfterMs };
}
