import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { secretName } from '../../domain/config/secret-reference.ts';
import type { ChannelFinding } from '../channel.ts';
import type { WebhookConfig } from './config.ts';

/** What is wrong with a certificate and its key, as far as they are not kept as secrets. A certificate out of date is a warning: it may be replaced in time. */
export function checkConnection({ tls }: Pick<WebhookConfig, 'tls'>, now: Date): ChannelFinding[] {
  if (tls === undefined) return [];
  const findings: ChannelFinding[] = [];
  const report = (key: string, message: string, severity: ChannelFinding['severity'] = 'error') => findings.push({ path: ['tls', key], message, severity });
  const certificate = readable(tls.certificate, (text) => new X509Certificate(text));
  const authority = tls.authority === undefined ? 'unknown' : readable(tls.authority, (text) => new X509Certificate(text));
  const key = tls.passphrase !== undefined && secretName(tls.passphrase) !== null ? 'unknown' : readable(tls.key, (text) => privateKey(text, tls.passphrase));
  if (certificate === null) report('certificate', 'is no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----');
  if (authority === null) report('authority', 'is no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----');
  if (key === null) report('key', 'is no private key in PEM that can be read; an encrypted one needs `passphrase`');
  if (certificate instanceof X509Certificate) {
    if (key !== null && key !== 'unknown' && !certificate.checkPrivateKey(key)) report('key', 'does not belong to the certificate');
    const until = new Date(certificate.validTo);
    if (until < now) report('certificate', `expired on ${until.toISOString().slice(0, 10)}; the buyer will turn it away`, 'warning');
  }
  return findings;
}

/** Null where a text cannot be read; `unknown` for a reference to a secret. */
function readable<T>(text: string, read: (text: string) => T): T | 'unknown' | null {
  if (secretName(text) !== null) return 'unknown';
  try {
    return read(text);
  } catch {
    // Whatever OpenSSL says of it, a person has to look at the text; its own message may quote it.
    return null;
  }
}

function privateKey(key: string, passphrase: string | undefined): KeyObject {
  return createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) });
}
