import { checkMapping } from '../../domain/mapping/check.ts';
import type { ChannelFinding } from '../channel.ts';
import type { DynamicsConfig } from './config.ts';

/** What the schema of a Dynamics destination cannot see. */
export function checkDynamics({ baseUrl, tokenBaseUrl, alternateKey, map }: DynamicsConfig): ChannelFinding[] {
  // Names are taken as they are: a dot makes no object.
  const findings: ChannelFinding[] = checkMapping(map, 'form').map(({ path, message }) => ({ path: ['map', ...path], message, severity: 'error' }));
  for (const [index, { to }] of (map === 'auto' ? [] : map).entries()) {
    if (to === alternateKey) findings.push({ path: ['map', index, 'to'], message: `\`${to}\` is the alternate key, which holds the delivery’s id; leave it out here`, severity: 'error' });
    if (to === 'leadid') findings.push({ path: ['map', index, 'to'], message: 'the record’s id is the delivery’s id; leave it out here', severity: 'error' });
  }
  for (const [key, url] of Object.entries({ baseUrl, tokenBaseUrl })) {
    if (/^http:/i.test(url ?? '')) findings.push({ path: [key], message: 'personal data and credentials go out unencrypted over http://; use https:// if they have it', severity: 'warning' });
  }
  return findings;
}
