import { mergeHeaders, type Header } from '../../domain/render/headers.ts';
import { renderQuery } from '../../domain/render/query.ts';
import type { HttpRequest } from '../../egress/http-client.ts';
import { signatureHeaders } from '../../egress/signing.ts';
import type { RenderedRequest } from '../channel.ts';
import type { Credentials } from './authentication.ts';
import type { WebhookConfig } from './config.ts';

/** One attempt's part in a request. */
export interface Completion {
  config: WebhookConfig;
  request: RenderedRequest;
  deliveryId: string;
  sentAt: Date;
  credentials: Credentials;
}

/** The request as it leaves: with what belongs to the attempt (credentials, idempotency key, signature). Pure. */
export function completeRequest({ config, request, deliveryId, sentAt, credentials }: Completion): HttpRequest {
  const configuresKey = request.headers.some(([name]) => name.toLowerCase() === 'idempotency-key');
  const idempotency: Header[] = configuresKey ? [] : [['Idempotency-Key', deliveryId]];
  const signature = config.sign.length === 0 ? [] : signatureHeaders({ deliveryId, sentAt, body: request.body }, config.sign);
  return {
    method: request.method,
    url: renderQuery(request.url, credentials.parameters),
    headers: mergeHeaders(request.headers, idempotency, credentials.headers, signature),
    body: request.body,
  };
}
