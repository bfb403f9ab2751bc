import { readResponse } from '../../domain/response/read.ts';
import type { Channel } from '../channel.ts';
import { tokenSettingsOf } from './auth-schema.ts';
import { credentialsOf } from './authentication.ts';
import { checkWebhook } from './check.ts';
import { connectionOfWebhook } from './connection.ts';
import { completeRequest } from './complete.ts';
import { webhookConfigSchema, type WebhookConfig } from './config.ts';
import { credentialPaths } from './credentials.ts';
import { readinessOfWebhook } from './readiness.ts';
import { renderWebhook } from './render.ts';
import { sendWebhook } from './send.ts';

/** `webhook`: an HTTP request of the buyer's own making, read by the buyer's own rules. */
export const webhookChannel: Channel<WebhookConfig> = {
  type: 'webhook',
  configSchema: webhookConfigSchema,
  credentialPaths,
  tokenSettings: ({ auth }) => tokenSettingsOf(auth),
  check: checkWebhook,
  connection: connectionOfWebhook,
  readiness: readinessOfWebhook,
  render: renderWebhook,
  preview: ({ now, ...input }) => completeRequest({ ...input, sentAt: now, credentials: credentialsOf(input.config.auth) }),
  readAnswer: (config, answer, now) => readResponse(config.response, answer, now),
  send: sendWebhook,
};
