import { describe, expect, it } from 'vitest';
import { faultOutcome } from './fault-outcome.ts';
import type { HttpFault } from './http-client.ts';

const outcome = (fault: HttpFault['fault'], written: boolean, detail?: string) =>
  faultOutcome({ kind: 'fault', fault, code: 'SOME_CODE', ...(detail === undefined ? {} : { detail }) }, written, { timeoutMs: 10_000 });

describe('faultOutcome', () => {
  it.each([
    ['timeout', false, 'transient', 'timeout', /our address is on their list/],
    ['timeout', true, 'unknown', 'timeout', /may have arrived.*their system is up/],
    ['connection', false, 'transient', 'connection', /SOME_CODE.*host and port/],
    ['connection', true, 'unknown', 'connection', /may have arrived/],
    ['dns', false, 'transient', 'dns', /host in the URL/],
    ['tls', false, 'transient', 'tls', /certificate/],
    ['tls', true, 'unknown', 'tls', /may have arrived/],
    ['aborted', false, 'transient', 'interrupted', /sent again/],
    ['aborted', true, 'unknown', 'interrupted', /may have arrived/],
    ['invalid-request', false, 'permanent', 'configuration', /headers/],
  ] as const)('%s, written: %s, is %s with code %s', (fault, written, kind, code, reason) => {
    const error = outcome(fault, written);
    expect(error).toMatchObject({ outcome: 'error', kind, code });
    expect(error.reason).toMatch(reason);
  });

  it.each<HttpFault['fault']>(['address-refused', 'proxy', 'invalid-request', 'tls', 'timeout', 'connection', 'dns'])('after a redirect %s leaves it open whether the lead was taken', (name) => {
    const code = name === 'tls' ? 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' : 'E';
    const outcome = faultOutcome({ kind: 'fault', fault: name, code }, true, { timeoutMs: 10_000, wasRedirected: true });
    expect(outcome.kind).toBe('unknown');
    expect(outcome.reason).not.toMatch(/Nothing had been sent|was not taken/);
  });

  it('names the setting that would allow a refused address', () => {
    const error = outcome('address-refused', false, '10.0.0.1 is no public address; … LEADRAIL_ALLOWED_NETWORKS');
    expect(error).toMatchObject({ kind: 'permanent', code: 'address-refused' });
    expect(error.reason).toContain('LEADRAIL_ALLOWED_NETWORKS');
  });
});
