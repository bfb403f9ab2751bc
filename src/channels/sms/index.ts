import type { Channel } from '../channel.ts';
import { accountOf } from './account.ts';
import { checkSms } from './check.ts';
import { completeSms } from './complete.ts';
import { smsConfigSchema, type SmsConfig } from './config.ts';
import { readTwilioAnswer } from './read-answer.ts';
import { readinessOfSms } from './readiness.ts';
import { reconcileSms } from './reconcile.ts';
import { parametersOf, remarksOnSms, renderSms } from './render.ts';
import { sendSms } from './send.ts';

/**
 * `sms`: a text message by Twilio. It has no `limit`: Twilio queues what a sender may not send at once, and says 20429 or 21611 when it
 * takes no more.
 */
export const smsChannel: Channel<SmsConfig> = {
  type: 'sms',
  configSchema: smsConfigSchema,
  credentialPaths: ({ authToken }) => (authToken === undefined ? [] : [['authToken']]),
  check: checkSms,
  readiness: readinessOfSms,
  render: renderSms,
  remarks: remarksOnSms,
  recipients: (request) => [parametersOf(request).get('To') ?? ''],
  preview: ({ config, request }) => completeSms(request, { accountSid: config.accountSid ?? '', authToken: config.authToken ?? '' }),
  readAnswer: (_config, answer, now) => readTwilioAnswer(answer, now),
  send: sendSms,
  reconcile: reconcileSms,
  callbackToken: (config, installation) => accountOf(config, installation)?.authToken ?? null,
};
