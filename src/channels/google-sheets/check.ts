import { secretName } from '../../domain/config/secret-reference.ts';
import { checkMapping } from '../../domain/mapping/check.ts';
import type { ChannelFinding } from '../channel.ts';
import type { GoogleSheetsConfig } from './config.ts';
import { ID_COLUMN } from './row-document.ts';
import { readServiceAccount } from './service-account.ts';

/** What the schema of a Google Sheets destination cannot see. */
export function checkGoogleSheets({ serviceAccount, baseUrl, map }: GoogleSheetsConfig): ChannelFinding[] {
  const findings: ChannelFinding[] = checkMapping(map, 'form').map(({ path, message }) => ({ path: ['map', ...path], message, severity: 'error' }));
  for (const [index, { to }] of (map === 'auto' ? [] : map).entries()) {
    if (to.trim() === ID_COLUMN) findings.push({ path: ['map', index, 'to'], message: `\`${ID_COLUMN}\` is the column of the delivery’s id, by which a row is found again; use another name`, severity: 'error' });
  }
  const key = secretName(serviceAccount) === null ? readServiceAccount(serviceAccount) : null;
  if (key?.ok === false) findings.push({ path: ['serviceAccount'], message: key.problem, severity: 'error' });
  if (/^http:/i.test(baseUrl ?? '')) findings.push({ path: ['baseUrl'], message: 'personal data and credentials go out unencrypted over http://; use https:// if they have it', severity: 'warning' });
  return findings;
}
