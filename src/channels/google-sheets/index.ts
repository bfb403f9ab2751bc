import { templateVariables } from '../../domain/mapping/template.ts';
import type { Channel } from '../channel.ts';
import { checkGoogleSheets } from './check.ts';
import { googleSheetsConfigSchema, type GoogleSheetsConfig } from './config.ts';
import { renderGoogleSheets } from './render.ts';
import { sendGoogleSheets } from './send.ts';

/** `google-sheets`: a row of a spreadsheet. Whoever writes the rows keeps Google's limits, for all rows of an account together. */
export const googleSheetsChannel: Channel<GoogleSheetsConfig> = {
  type: 'google-sheets',
  configSchema: googleSheetsConfigSchema,
  credentialPaths: () => [['serviceAccount']],
  check: checkGoogleSheets,
  readiness: ({ map }) => ({
    authenticates: true,
    mapped: map === 'auto' ? null : map.flatMap(({ from, template, format }) => [from ?? [], templateVariables(template ?? ''), templateVariables(format ?? '')].flat()),
    readsAnswers: true,
  }),
  render: renderGoogleSheets,
  preview: ({ request }) => ({ ...request, headers: [...request.headers, ['Authorization', 'Bearer ********']] }),
  send: sendGoogleSheets,
};
