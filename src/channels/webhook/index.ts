import type { Channel } from '../channel.ts';
import { checkWebhook } from './check.ts';
import { webhookConfigSchema, type WebhookConfig } from './config.ts';
import { credentialPaths } from './credentials.ts';
import { renderWebhook } from './render.ts';
import { sendWebhook } from './send.ts';

/** `webhook`: an HTTP request of the buyer's own making, read by the buyer's own rules. */
export const webhookChannel: Channel<WebhookConfig> = {
  type: 'webhook',
  configSchema: webhookConfigSchema,
  credentialPaths,
  check: checkWebhook,
  render: renderWebhook,
  send: sendWebhook,
};
