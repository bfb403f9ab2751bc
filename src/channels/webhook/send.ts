import { mergeHeaders, type Header } from '../../domain/render/headers.ts';
import { renderQuery } from '../../domain/render/query.ts';
import { readResponse } from '../../domain/response/read.ts';
import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { HttpRequest } from '../../egress/http-client.ts';
import { signatureHeaders } from '../../egress/signing.ts';
import type { SendInput, SendResult } from '../channel.ts';
import type { WebhookConfig } from './config.ts';

/** One attempt: adds what belongs to the attempt (credentials, idempotency key, signature), sends, and reads the answer. */
export async function sendWebhook(input: SendInput<WebhookConfig>): Promise<SendResult> {
  const { config, http, signal, now } = input;
  const exchange = await http.exchange(completeRequest(input), { timeoutMs: config.timeoutMs, signal });
  const { result, requestWritten, address } = exchange;
  if (result.kind === 'fault') {
    return { outcome: faultOutcome(result, requestWritten, { timeoutMs: config.timeoutMs, ...(address === undefined ? {} : { address }) }), exchange };
  }
  const { outcome, captures, problems } = readResponse(config.response, result, now());
  return { outcome, exchange, captures, notes: problems };
}

function completeRequest({ config, request, deliveryId, now }: SendInput<WebhookConfig>): HttpRequest {
  const configuresKey = request.headers.some(([name]) => name.toLowerCase() === 'idempotency-key');
  const idempotency: Header[] = configuresKey ? [] : [['Idempotency-Key', deliveryId]];
  const signature = config.sign.length === 0 ? [] : signatureHeaders({ deliveryId, sentAt: now(), body: request.body }, config.sign);
  return {
    method: request.method,
    url: config.auth.type === 'query' ? renderQuery(request.url, [{ to: config.auth.name, value: config.auth.value }]) : request.url,
    headers: mergeHeaders(request.headers, idempotency, authHeaders(config.auth), signature),
    body: request.body,
  };
}

function authHeaders(auth: WebhookConfig['auth']): Header[] {
  switch (auth.type) {
    case 'none':
    case 'query':
      return [];
    case 'basic':
      return [['Authorization', `Basic ${Buffer.from(`${auth.username}:${auth.password}`, 'utf8').toString('base64')}`]];
    case 'bearer':
      return [['Authorization', `Bearer ${auth.token}`]];
    case 'header':
      return [[auth.name, auth.value]];
  }
}
