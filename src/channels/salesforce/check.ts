import { checkMapping } from '../../domain/mapping/check.ts';
import type { ChannelFinding } from '../channel.ts';
import type { ApiConfig, SalesforceConfig, WebToLeadConfig } from './config.ts';

/** What the schema of a Salesforce destination cannot see. */
export function checkSalesforce(config: SalesforceConfig): ChannelFinding[] {
  // Names are taken as they are: a dot makes no object.
  const findings: ChannelFinding[] = checkMapping(config.map, 'form').map(({ path, message }) => ({ path: ['map', ...path], message, severity: 'error' }));
  findings.push(...(config.mode === 'api' ? checkApi(config) : checkWebToLead(config)));
  if (/^http:/i.test(config.baseUrl)) findings.push({ path: ['baseUrl'], message: 'personal data and credentials go out unencrypted over http://; use https:// if they have it', severity: 'warning' });
  return findings;
}

function checkApi({ baseUrl, refreshToken, object, externalIdField, map }: ApiConfig): ChannelFinding[] {
  const findings: ChannelFinding[] = [];
  for (const [index, { to }] of (map === 'auto' ? [] : map).entries()) {
    if (to.toLowerCase() === externalIdField?.toLowerCase()) findings.push({ path: ['map', index, 'to'], message: `\`${to}\` is \`externalIdField\`, which holds the delivery’s id; leave it out here`, severity: 'error' });
    if (to.toLowerCase() === 'id') findings.push({ path: ['map', index, 'to'], message: 'the record’s id is given by Salesforce; leave it out here', severity: 'error' });
  }
  if (object !== 'Lead' && map === 'auto') findings.push({ path: ['map'], message: `the usual fields are those of Lead; say with \`map\` what a record of ${object} is made of`, severity: 'error' });
  if (externalIdField === undefined) {
    const message = 'without it nothing tells a repeated attempt from a new lead: one whose answer was lost may be there twice; make a unique External ID field for the delivery’s id and name it here';
    findings.push({ path: ['externalIdField'], message, severity: 'warning' });
  }
  if (refreshToken === undefined && /^https:\/\/(?:login|test)\.salesforce\.com$/i.test(baseUrl)) {
    const message = 'client credentials are given out at their My Domain only, https://acme.my.salesforce.com; set it, or a `refreshToken`';
    findings.push({ path: ['baseUrl'], message, severity: 'warning' });
  }
  return findings;
}

function checkWebToLead({ oid, map }: WebToLeadConfig): ChannelFinding[] {
  const findings: ChannelFinding[] = [];
  for (const [index, { to }] of (map === 'auto' ? [] : map).entries()) {
    if (to === 'oid') findings.push({ path: ['map', index, 'to'], message: '`oid` is set by the destination itself; leave it out here', severity: 'error' });
    if (to === 'retURL') findings.push({ path: ['map', index, 'to'], message: 'with retURL they redirect in the place of an answer; leave it out here', severity: 'error' });
  }
  if (!/^(?:00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?|secret:\/\/.+)$/.test(oid)) findings.push({ path: ['oid'], message: 'an organisation’s id begins with 00D and has 15 or 18 characters; see Setup → Company Information', severity: 'warning' });
  return findings;
}
