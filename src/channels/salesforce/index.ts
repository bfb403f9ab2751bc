import type { Channel } from '../channel.ts';
import { mappedNames } from '../crm/mapped-names.ts';
import { checkSalesforce } from './check.ts';
import { salesforceConfigSchema, type SalesforceConfig } from './config.ts';
import { completeRequest } from './conversation.ts';
import { readForPreview } from './read-answer.ts';
import { renderWebToLead } from './render-form.ts';
import { renderRecord } from './render.ts';
import { sendRecord } from './send-record.ts';
import { salesforceTokenSettings } from './tokens.ts';
import { leaveInDoubt, readWebToLeadAnswer, sendWebToLead } from './web-to-lead.ts';

/** `salesforce`: a record by the REST API, or a form by Web-to-Lead. What the API allows goes by day and edition, so no rate is known. */
export const salesforceChannel: Channel<SalesforceConfig> = {
  type: 'salesforce',
  configSchema: salesforceConfigSchema,
  credentialPaths: (config) => (config.mode === 'api' ? [['clientSecret'], ...(config.refreshToken === undefined ? [] : [['refreshToken']])] : []),
  tokenSettings: (config) => (config.mode === 'api' ? salesforceTokenSettings(config) : null),
  check: checkSalesforce,
  readiness: ({ map }) => ({ authenticates: true, mapped: mappedNames(map), readsAnswers: true }),
  render: (input) => (input.config.mode === 'api' ? renderRecord({ ...input, config: input.config }) : renderWebToLead({ ...input, config: input.config })),
  remarks: ({ url }) => (url.startsWith('/') ? ['it goes to the host that comes with the token (instance_url); the login address stands in for it here'] : []),
  preview: ({ config, request }) => (config.mode === 'api' ? completeRequest(request, config.baseUrl, '********') : request),
  readAnswer: (config, answer, now) => (config.mode === 'api' ? readForPreview(config, answer, now) : { outcome: readWebToLeadAnswer(answer, now), captures: {}, problems: [] }),
  send: (input) => (input.config.mode === 'api' ? sendRecord({ ...input, config: input.config }) : sendWebToLead({ ...input, config: input.config })),
  reconciles: ({ mode }) => mode === 'web-to-lead',
  reconcile: () => Promise.resolve(leaveInDoubt()),
};
