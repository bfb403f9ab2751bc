import { templateVariables } from '../../domain/mapping/template.ts';
import type { Channel } from '../channel.ts';
import { checkZapier } from './check.ts';
import { zapierConfigSchema, type ZapierConfig } from './config.ts';
import { hookOf } from './hook.ts';
import { readZapierAnswer } from './read-answer.ts';
import { renderZapier } from './render.ts';
import { completeRequest, sendZapier } from './send.ts';

/** `zapier`: a catch hook of Webhooks by Zapier. */
export const zapierChannel: Channel<ZapierConfig> = {
  type: 'zapier',
  configSchema: zapierConfigSchema,
  credentialPaths: () => [['url']],
  check: checkZapier,
  // 10,000 in five minutes for an account, a little more than 30 a second ("Webhooks by Zapier rate limits").
  limit: (config) => ({ credential: hookOf(config).account, requests: 30, per: 'second', burst: 30 }),
  readiness: ({ map }) => ({
    authenticates: true,
    mapped: map === 'auto' ? null : map.flatMap(({ from, template, format }) => [from ?? [], templateVariables(template ?? ''), templateVariables(format ?? '')].flat()),
    readsAnswers: true,
  }),
  render: renderZapier,
  preview: ({ config, request }) => completeRequest(config, request),
  readAnswer: (_config, answer, now) => readZapierAnswer(answer, now),
  send: sendZapier,
};
