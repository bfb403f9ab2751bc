import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { SendInput, SendResult } from '../channel.ts';
import { sendWithToken } from '../tokens/send-with-token.ts';
import { apiOf } from './addresses.ts';
import { readWord } from './answer.ts';
import { MISSING } from './codes.ts';
import { completeRequest } from './complete.ts';
import type { ZohoConfig } from './config.ts';
import { isTokenRefused, readZohoAnswer } from './read-answer.ts';
import { withStandIns } from './stand-ins.ts';
import { zohoTokenSettings } from './tokens.ts';

/** What one request needs. */
interface Terms {
  api: string;
  token: string;
  /** Monotonic, in milliseconds: for all requests of the attempt together. */
  deadlineMs: number;
}

/** One attempt: one record, mostly in one request. */
export function sendZoho(input: SendInput<ZohoConfig>): Promise<SendResult> {
  return sendWithToken({
    ...input,
    settings: zohoTokenSettings(input.config),
    sendOnce: (token, leftMs, kept) => sendOnce(input, { api: apiOf(input.config, kept), token, deadlineMs: performance.now() + leftMs }),
    isTokenRefused: ({ result }) => result.kind === 'response' && isTokenRefused(result),
  });
}

/** Where they insist on a field that the lead has not, and only then, the record goes once more with what stands in for it: nothing was stored. */
async function sendOnce(input: SendInput<ZohoConfig>, terms: Terms): Promise<SendResult> {
  const { config, request, http, signal, now } = input;
  const timeoutMs = Math.max(terms.deadlineMs - performance.now(), 1);
  const exchange = await http.exchange(completeRequest(request, terms.api, terms.token), { timeoutMs, signal });
  const { result, requestWritten, address } = exchange;
  if (result.kind === 'fault') {
    return { exchange, outcome: faultOutcome(result, requestWritten, { timeoutMs: config.timeoutMs, ...(address === undefined ? {} : { address }) }) };
  }
  const word = readWord(result);
  const filled = word?.code === MISSING ? withStandIns(request.body, word.fields) : null;
  if (filled !== null) {
    const again = await sendOnce({ ...input, request: { ...request, body: filled } }, terms);
    return { ...again, notes: [`they insist on ${word?.fields.join(', ') ?? ''}, which the lead does not have; it was sent once more with something in its place`, ...(again.notes ?? [])] };
  }
  const { outcome, captures } = readZohoAnswer(config, result, now());
  return { exchange, outcome, captures };
}
