import type { AttemptOutcome } from '../../domain/delivery/outcome.ts';
import { readResponse } from '../../domain/response/read.ts';
import { connectedBy } from '../../egress/connected-by.ts';
import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { Redirect } from '../../egress/http-client.ts';
import type { SendInput, SendResult } from '../channel.ts';
import { sendWithToken } from '../tokens/send-with-token.ts';
import { tokenSettingsOf } from './auth-schema.ts';
import { credentialsOf, type Credentials } from './authentication.ts';
import { completeRequest } from './complete.ts';
import { connectionOfWebhook } from './connection.ts';
import type { WebhookConfig } from './config.ts';

/** One attempt: adds what belongs to the attempt, sends, and reads the answer. */
export async function sendWebhook(given: SendInput<WebhookConfig>): Promise<SendResult> {
  const { auth, timeoutMs } = given.config;
  // A token call takes the same way: who is known by a fixed address or a certificate is so there too.
  const input = { ...given, http: connectedBy(given.http, connectionOfWebhook(given.config)) };
  const settings = tokenSettingsOf(auth);
  if (settings === null) return sendOnce(input, credentialsOf(auth), timeoutMs);
  return sendWithToken({ ...input, settings, sendOnce: (token, leftMs) => sendOnce(input, credentialsOf(auth, token), leftMs) });
}

async function sendOnce({ config, request, deliveryId, http, signal, now }: SendInput<WebhookConfig>, credentials: Credentials, timeoutMs: number): Promise<SendResult> {
  const complete = completeRequest({ config, request, deliveryId, sentAt: now(), credentials });
  const exchange = await http.exchange(complete, { timeoutMs, signal, redirects: config.redirects });
  const { result, requestWritten, address, redirects = [] } = exchange;
  const wasRedirected = redirects.length > 0;
  if (result.kind === 'fault') {
    return { outcome: faultOutcome(result, requestWritten, { timeoutMs: config.timeoutMs, wasRedirected, ...(address === undefined ? {} : { address }) }), exchange };
  }
  const { outcome, captures, problems } = readResponse(config.response, result, now());
  const notes = [...problems, ...redirects.map(({ status, origin }) => `followed a redirect (${status}) to ${origin}`)];
  return { outcome: hasLeftTheLead(redirects) ? afterTheLead(outcome) : outcome, exchange, captures, notes };
}

/** 301, 302 and 303 answer a POST, and lead to a page that is fetched without the lead (RFC 9110 15.4). */
function hasLeftTheLead(redirects: readonly Redirect[]): boolean {
  return redirects.some(({ status }) => status <= 303);
}

/** The lead had been answered before: an error of the page says nothing about it, and must not have it sold to somebody else. */
function afterTheLead(outcome: AttemptOutcome): AttemptOutcome {
  if (outcome.outcome !== 'error' || outcome.kind === 'unknown') return outcome;
  return { ...outcome, kind: 'unknown', code: 'redirect', reason: `${outcome.reason} They had answered the lead itself with a redirect to this page, so it may have arrived.` };
}
