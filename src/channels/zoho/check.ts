import { checkMapping } from '../../domain/mapping/check.ts';
import type { ChannelFinding } from '../channel.ts';
import type { ZohoConfig } from './config.ts';

/** What the schema of a Zoho destination cannot see. */
export function checkZoho({ baseUrl, externalIdField, onDuplicate, map }: ZohoConfig): ChannelFinding[] {
  // Names are taken as they are: a dot makes no object.
  const findings: ChannelFinding[] = checkMapping(map, 'form').map(({ path, message }) => ({ path: ['map', ...path], message, severity: 'error' }));
  for (const [index, { to }] of (map === 'auto' ? [] : map).entries()) {
    if (to === externalIdField) findings.push({ path: ['map', index, 'to'], message: `\`${to}\` is \`externalIdField\`, which holds the delivery’s id; leave it out here`, severity: 'error' });
  }
  if (onDuplicate !== 'update' && externalIdField === undefined) {
    const message = `with ${onDuplicate} nothing tells a repeated attempt from a new lead: one whose answer was lost may be ${onDuplicate === 'accept' ? 'there twice' : 'refused although it is there'}; make a unique field for the delivery’s id and set \`externalIdField\``;
    findings.push({ path: ['onDuplicate'], message, severity: 'warning' });
  }
  if (/^http:/i.test(baseUrl ?? '')) findings.push({ path: ['baseUrl'], message: 'personal data and credentials go out unencrypted over http://; use https:// if they have it', severity: 'warning' });
  return findings;
}
