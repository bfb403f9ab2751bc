import { readResponse } from '../../domain/response/read.ts';
import { connectedBy } from '../../egress/connected-by.ts';
import { faultOutcome } from '../../egress/fault-outcome.ts';
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
  const { result, requestWritten, address } = exchange;
  if (result.kind === 'fault') {
    return { outcome: faultOutcome(result, requestWritten, { timeoutMs: config.timeoutMs, ...(address === undefined ? {} : { address }) }), exchange };
  }
  const { outcome, captures, problems } = readResponse(config.response, result, now());
  return { outcome, exchange, captures, notes: [...problems, ...(exchange.redirects ?? []).map(({ status, origin }) => `followed a redirect (${status}) to ${origin}`)] };
}
