import { checkMapping } from '../../domain/mapping/check.ts';
import type { ChannelFinding } from '../channel.ts';
import type { ZapierConfig } from './config.ts';

/** What the schema of a Zapier destination cannot see. */
export function checkZapier({ url, baseUrl, map, format }: ZapierConfig): ChannelFinding[] {
  const findings: ChannelFinding[] = checkMapping(map, format).map(({ path, message }) => ({ path: ['map', ...path], message, severity: 'error' }));
  const [key, address] = baseUrl === undefined ? ['url', url] : ['baseUrl', baseUrl];
  if (/^http:/i.test(address)) findings.push({ path: [key], message: 'personal data goes out unencrypted over http://, and so does the address that starts the Zap; use https://', severity: 'warning' });
  return findings;
}
