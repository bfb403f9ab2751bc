import type { Channel } from '../channel.ts';
import { domainOf } from './address.ts';
import { apiKeyOf } from './api-key.ts';
import { checkEmail } from './check.ts';
import { completeEmail } from './complete.ts';
import { decodeEmail, recipientsOf } from './email-body.ts';
import { emailConfigSchema, type EmailConfig } from './config.ts';
import { readEmailAnswer } from './read-answer.ts';
import { readinessOfEmail } from './readiness.ts';
import { renderEmail } from './render.ts';
import { sendEmail } from './send.ts';

/** `email`: a lead as an email, through Resend. */
export const emailChannel: Channel<EmailConfig> = {
  type: 'email',
  configSchema: emailConfigSchema,
  credentialPaths: ({ apiKey }) => (apiKey === undefined ? [] : [['apiKey']]),
  check: checkEmail,
  // Resend's pages disagree, 2 a second or 5; the lower is right by both (docs, "Rate Limit"; API reference, "Introduction"). One at a
  // time: with a burst of two there would be a third within the first second.
  limit: (config, installation) => {
    const credential = apiKeyOf(config, installation);
    return credential === null ? null : { credential, requests: 2, per: 'second', burst: 1 };
  },
  readiness: readinessOfEmail,
  render: renderEmail,
  senderDomain: ({ from }) => (from === undefined ? null : domainOf(from)),
  recipients: ({ body }) => recipientsOf(decodeEmail(body)),
  preview: ({ config, request, deliveryId }) => completeEmail(request, deliveryId, config.apiKey),
  readAnswer: (_config, answer, now) => readEmailAnswer(answer, now),
  send: sendEmail,
};
