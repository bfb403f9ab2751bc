import { readResponse } from '../../domain/response/read.ts';
import { connectedBy } from '../../egress/connected-by.ts';
import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { SendInput, SendResult } from '../channel.ts';
import type { TokenSettings } from '../tokens/settings.ts';
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
  return settings === null ? sendOnce(input, credentialsOf(auth), timeoutMs) : sendWithToken(input, settings);
}

/**
 * Sends with a token that somebody gives out, all of it within the destination's timeout. A 401 means that the lead was not
 * taken and the token is no good: it is sent once more with a new one, and what that comes to counts.
 */
async function sendWithToken(input: SendInput<WebhookConfig>, settings: TokenSettings): Promise<SendResult> {
  const { config, tokens, http, signal } = input;
  const deadline = performance.now() + config.timeoutMs;
  const leftMs = () => Math.max(deadline - performance.now(), 1);
  const wish = () => ({ settings, http, signal, timeoutMs: leftMs(), callTimeoutMs: config.timeoutMs });
  const first = await tokens.current(wish());
  if (!first.ok) return { outcome: { ...first.error, reason: `${first.error.reason} Nothing had been sent.` } };
  const sent = await sendOnce(input, credentialsOf(config.auth, first.token.value), leftMs());
  if (sent.exchange?.result.kind !== 'response' || sent.exchange.result.status !== 401) return { ...sent, secrets: [first.token.value] };
  const second = await tokens.renew(wish(), first.token);
  if (!second.ok) {
    const reason = `HTTP 401 from the buyer: the token is no good any more. ${second.error.reason} The lead was not taken.`;
    return { exchange: sent.exchange, outcome: { ...second.error, reason }, secrets: [first.token.value] };
  }
  const again = await sendOnce(input, credentialsOf(config.auth, second.token.value), leftMs());
  return { ...again, notes: [...(again.notes ?? []), RENEWED], secrets: [first.token.value, second.token.value] };
}

const RENEWED = 'the access token was answered with 401; the request was sent again with a new one';

async function sendOnce({ config, request, deliveryId, http, signal, now }: SendInput<WebhookConfig>, credentials: Credentials, timeoutMs: number): Promise<SendResult> {
  const complete = completeRequest({ config, request, deliveryId, sentAt: now(), credentials });
  const exchange = await http.exchange(complete, { timeoutMs, signal, redirects: config.redirects });
  const { result, requestWritten, address } = exchange;
  if (result.kind === 'fault') {
    return { outcome: faultOutcome(result, requestWritten, { timeoutMs: config.timeoutMs, ...(address === undefined ? {} : { address }) }), exchange };
  }
  const { outcome, captures, problems } = readResponse(config.response, result, now());
  return { outcome, exchange, captures, notes: [...problems, ...(exchange.redirects ?? []).map(({ status, origin }) => `followed a redirect (${status}) to ${origin}`)] };
}
