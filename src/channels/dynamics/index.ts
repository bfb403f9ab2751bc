import type { Channel } from '../channel.ts';
import { mappedNames } from '../crm/mapped-names.ts';
import { checkDynamics } from './check.ts';
import { dynamicsConfigSchema, type DynamicsConfig } from './config.ts';
import { readDynamicsAnswer } from './read-answer.ts';
import { renderDynamics } from './render.ts';
import { sendDynamics } from './send.ts';
import { dynamicsTokenSettings } from './tokens.ts';

/** `dynamics`: a lead of Microsoft Dynamics 365, by the Dataverse Web API. */
export const dynamicsChannel: Channel<DynamicsConfig> = {
  type: 'dynamics',
  configSchema: dynamicsConfigSchema,
  credentialPaths: () => [['clientSecret']],
  tokenSettings: dynamicsTokenSettings,
  check: checkDynamics,
  // 6,000 requests of a user in five minutes, at each of their servers ("Service protection API limits").
  limit: ({ baseUrl, clientId }) => ({ credential: `${baseUrl} ${clientId}`, requests: 1_200, per: 'minute', burst: 50 }),
  readiness: ({ map }) => ({ authenticates: true, mapped: mappedNames(map), readsAnswers: true }),
  render: renderDynamics,
  preview: ({ request }) => ({ ...request, headers: [...request.headers, ['Authorization', 'Bearer ********']] }),
  readAnswer: readDynamicsAnswer,
  send: sendDynamics,
};
