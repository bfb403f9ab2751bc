import type { ConnectionSettings } from '../../egress/http-client.ts';
import type { WebhookConfig } from './config.ts';

/** How connections of a webhook are made. */
export function connectionOfWebhook({ tls, proxy }: Pick<WebhookConfig, 'tls' | 'proxy'>): ConnectionSettings {
  return { ...(tls === undefined ? {} : { tls }), ...(proxy === undefined ? {} : { proxy }) };
}
