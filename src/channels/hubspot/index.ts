import type { Channel } from '../channel.ts';
import { mappedNames } from '../crm/mapped-names.ts';
import { checkHubspot } from './check.ts';
import { completeRequest } from './complete.ts';
import { hubspotConfigSchema, type HubspotConfig } from './config.ts';
import { credentialPaths, hubspotLimit } from './credentials.ts';
import { readHubspotAnswer } from './read-answer.ts';
import { renderHubspot } from './render.ts';
import { sendHubspot } from './send.ts';
import { hubspotTokenSettings } from './tokens.ts';

/** `hubspot`: a contact of HubSpot's CRM, by its API, version 3. */
export const hubspotChannel: Channel<HubspotConfig> = {
  type: 'hubspot',
  configSchema: hubspotConfigSchema,
  credentialPaths,
  tokenSettings: (config) => (config.access === 'oauth' ? hubspotTokenSettings(config) : null),
  check: checkHubspot,
  limit: hubspotLimit,
  readiness: ({ map }) => ({ authenticates: true, mapped: mappedNames(map), readsAnswers: true }),
  render: renderHubspot,
  preview: ({ request }) => completeRequest(request, '********'),
  readAnswer: readHubspotAnswer,
  send: sendHubspot,
};
