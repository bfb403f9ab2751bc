import { readResponse } from '../../domain/response/read.ts';
import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { SendInput, SendResult } from '../channel.ts';
import { credentialsOf } from './authentication.ts';
import { completeRequest } from './complete.ts';
import type { WebhookConfig } from './config.ts';

/** One attempt: adds what belongs to the attempt, sends, and reads the answer. */
export async function sendWebhook({ config, request, deliveryId, http, signal, now }: SendInput<WebhookConfig>): Promise<SendResult> {
  const complete = completeRequest({ config, request, deliveryId, sentAt: now(), credentials: credentialsOf(config.auth) });
  const { tls, proxy, redirects } = config;
  const connection = { ...(tls === undefined ? {} : { tls }), ...(proxy === undefined ? {} : { proxy }) };
  const exchange = await http.exchange(complete, { timeoutMs: config.timeoutMs, signal, connection, redirects });
  const { result, requestWritten, address } = exchange;
  if (result.kind === 'fault') {
    return { outcome: faultOutcome(result, requestWritten, { timeoutMs: config.timeoutMs, ...(address === undefined ? {} : { address }) }), exchange };
  }
  const { outcome, captures, problems } = readResponse(config.response, result, now());
  return { outcome, exchange, captures, notes: [...problems, ...(exchange.redirects ?? []).map(({ status, origin }) => `followed a redirect (${status}) to ${origin}`)] };
}
