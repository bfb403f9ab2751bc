import { checkMapping } from '../../domain/mapping/check.ts';
import type { ChannelFinding } from '../channel.ts';
import type { HubspotConfig } from './config.ts';

/** What the schema of a HubSpot destination cannot see. */
export function checkHubspot({ baseUrl, map }: HubspotConfig): ChannelFinding[] {
  // Names are taken as they are: a dot makes no object.
  const findings: ChannelFinding[] = checkMapping(map, 'form').map(({ path, message }) => ({ path: ['map', ...path], message, severity: 'error' }));
  for (const [index, { to }] of (map === 'auto' ? [] : map).entries()) {
    if (/[\p{Lu}\s]/u.test(to)) {
      const message = `"${to}" is no internal name of a contact property: these are all lower case, without blanks; see it in HubSpot under Settings, Properties, the </> of the property`;
      findings.push({ path: ['map', index, 'to'], message, severity: 'error' });
    }
  }
  if (/^http:/i.test(baseUrl ?? '')) findings.push({ path: ['baseUrl'], message: 'personal data and credentials go out unencrypted over http://; use https:// if they have it', severity: 'warning' });
  return findings;
}
