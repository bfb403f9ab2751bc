import type { Channel } from '../channel.ts';
import { mappedNames } from '../crm/mapped-names.ts';
import { usualApi } from './addresses.ts';
import { checkZoho } from './check.ts';
import { completeRequest } from './complete.ts';
import { zohoConfigSchema, type ZohoConfig } from './config.ts';
import { readZohoAnswer } from './read-answer.ts';
import { renderZoho } from './render.ts';
import { sendZoho } from './send.ts';
import { zohoTokenSettings } from './tokens.ts';

/** `zoho`: a lead of Zoho CRM, by its REST API, version 8. What it allows goes by edition and by requests at once, so no rate is known. */
export const zohoChannel: Channel<ZohoConfig> = {
  type: 'zoho',
  configSchema: zohoConfigSchema,
  credentialPaths: () => [['clientSecret'], ['refreshToken']],
  tokenSettings: zohoTokenSettings,
  check: checkZoho,
  readiness: ({ map }) => ({ authenticates: true, mapped: mappedNames(map), readsAnswers: true }),
  render: renderZoho,
  remarks: ({ url }) => (url.startsWith('/') ? ['it goes to the host that comes with the token (api_domain); the usual address stands in for it here'] : []),
  preview: ({ config, request }) => completeRequest(request, usualApi(config), '********'),
  readAnswer: readZohoAnswer,
  send: sendZoho,
};
