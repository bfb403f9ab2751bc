import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newEncryptionKey } from './keys.ts';
import { describeMistakes, readSettings } from './settings.ts';

const KEY = newEncryptionKey();
const OLD_KEY = newEncryptionKey();
const PARTS = { DATABASE_URL: 'postgres://leadrail@db.example.com/leadrail', TEMPORAL_ADDRESS: 'temporal.example.com:7233', LEADRAIL_ENCRYPTION_KEY: KEY };

/** The mistakes of an environment, `variable: message` each. */
function mistakesOf(environment: NodeJS.ProcessEnv): string[] {
  const result = readSettings(environment, 'embedded');
  return result.ok ? [] : result.mistakes.map((mistake) => describeMistakes([mistake]));
}

describe('readSettings', () => {
  it('has a default for everything in embedded mode', () => {
    expect(readSettings({}, 'embedded')).toEqual({
      ok: true,
      warnings: [],
      settings: {
        host: '127.0.0.1',
        port: 8080,
        workerPort: 8081,
        publicUrl: null,
        dataDir: resolve('.leadrail'),
        adminKey: null,
        encryptionKeys: null,
        configFile: null,
        allowedNetworks: [],
        emailFrom: null,
        resendApiKey: null,
        resendWebhookSecret: null,
        twilio: null,
        temporalUiUrl: null,
        databaseUrl: null,
        temporal: { address: null, namespace: 'default', apiKey: null, tls: null },
        temporalCli: null,
        searchPath: '',
        logLevel: 'info',
        tracing: null,
        shutdownGraceMs: 65_000,
      },
    });
  });

  it('counts a blank value as unset', () => {
    const blank = Object.fromEntries(
      ['LEADRAIL_HOST', 'LEADRAIL_PORT', 'LEADRAIL_ENCRYPTION_KEY', 'DATABASE_URL', 'TEMPORAL_ADDRESS', 'TEMPORAL_TLS', 'LEADRAIL_WHATEVER'].map((name) => [name, '  ']),
    );
    expect(readSettings(blank, 'embedded')).toEqual(readSettings({}, 'embedded'));
  });

  it.each([
    [{ LEADRAIL_PORT: '0' }, { port: 0 }],
    [{ LEADRAIL_WORKER_PORT: '9100' }, { workerPort: 9100 }],
    [{ LEADRAIL_PUBLIC_URL: 'https://leads.example.com/' }, { publicUrl: 'https://leads.example.com' }],
    [{ LEADRAIL_ENCRYPTION_KEY: `${KEY}, ${OLD_KEY}` }, { encryptionKeys: [KEY, OLD_KEY] }],
    [{ LEADRAIL_ALLOWED_NETWORKS: '10.0.0.0/8, fd00::/8\n127.0.0.1/32' }, { allowedNetworks: ['10.0.0.0/8', 'fd00::/8', '127.0.0.1/32'] }],
    [{ LEADRAIL_LOG_LEVEL: 'WARN' }, { logLevel: 'warn' }],
    [{ LEADRAIL_SHUTDOWN_GRACE: '2m' }, { shutdownGraceMs: 120_000 }],
    [{ TEMPORAL_ADDRESS: 'localhost' }, { temporal: { address: 'localhost:7233', namespace: 'default', apiKey: null, tls: null } }],
    [{ TEMPORAL_ADDRESS: '[::1]:7000' }, { temporal: { address: '[::1]:7000', namespace: 'default', apiKey: null, tls: null } }],
    [{ PATH: '/usr/bin:/bin' }, { searchPath: '/usr/bin:/bin' }],
  ])('reads %j', (environment, expected) => {
    expect(readSettings(environment, 'embedded')).toMatchObject({ ok: true, settings: expected });
  });

  it.each([
    ['true', {}, true],
    ['false', { TEMPORAL_TLS_SERVER_NAME: 'temporal.example.com' }, false],
    ['', { TEMPORAL_TLS_SERVER_CA_CERT_PATH: 'ca.pem' }, true],
  ])('with TEMPORAL_TLS %j and %j uses TLS: %j', (flag, others, wanted) => {
    const result = readSettings({ TEMPORAL_TLS: flag, ...others }, 'embedded');
    expect(result.ok && result.settings.temporal.tls !== null).toBe(wanted);
  });

  it.each([
    [{ LEADRAIL_PORT: '80800' }, 'LEADRAIL_PORT: "80800" is no port; write a number'],
    [{ LEADRAIL_PORT: 'http' }, 'LEADRAIL_PORT: "http" is no port'],
    [{ LEADRAIL_PUBLIC_URL: 'leads.example.com' }, 'LEADRAIL_PUBLIC_URL: is no web address; write one like https://'],
    [{ LEADRAIL_ENCRYPTION_KEY: 'c2hvcnQ=' }, 'LEADRAIL_ENCRYPTION_KEY: must be 32 bytes in base64'],
    [{ LEADRAIL_ENCRYPTION_KEY: `${KEY},` }, 'LEADRAIL_ENCRYPTION_KEY: must be 32 bytes in base64'],
    [{ LEADRAIL_ALLOWED_NETWORKS: '10.0.0.5' }, 'LEADRAIL_ALLOWED_NETWORKS: "10.0.0.5" is no network; write CIDRs with commas between them, like 10.0.0.0/8, fd00::/8; for the one address write 10.0.0.5/32'],
    [{ LEADRAIL_ALLOWED_NETWORKS: '10.0.0.0/33' }, 'LEADRAIL_ALLOWED_NETWORKS: "10.0.0.0/33" is no network'],
    [{ LEADRAIL_LOG_LEVEL: 'loud' }, 'LEADRAIL_LOG_LEVEL: is no log level; write one of trace'],
    [{ LEADRAIL_SHUTDOWN_GRACE: '65' }, 'LEADRAIL_SHUTDOWN_GRACE: "65" is no duration; write'],
    [{ DATABASE_URL: 'mysql://db.example.com/leads' }, 'DATABASE_URL: is no PostgreSQL address; write postgres://'],
    [{ TEMPORAL_ADDRESS: 'https://temporal.example.com' }, 'TEMPORAL_ADDRESS: "https://temporal.example.com" is no address; write host:port'],
    [{ TEMPORAL_TLS: 'maybe' }, 'TEMPORAL_TLS: "maybe" is neither true nor false'],
    [{ TEMPORAL_TLS_CLIENT_CERT_PATH: 'client.pem' }, 'TEMPORAL_TLS_CLIENT_KEY_PATH: is missing'],
    [{ TEMPORAL_TLS_CLIENT_KEY_DATA: 'pem' }, 'TEMPORAL_TLS_CLIENT_CERT_PATH: is missing'],
    [{ TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' }, 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: is not supported'],
  ])('refuses %j', (environment, expected) => {
    expect(mistakesOf(environment)).toEqual([expect.stringContaining(expected)]);
  });

  it('tells all mistakes at once, each with its variable', () => {
    const result = readSettings({ LEADRAIL_PORT: 'x', LEADRAIL_ALLOWED_NETWORKS: 'a, b', TEMPORAL_ADDRESS: 'a b' }, 'parts');
    expect(result.ok ? [] : result.mistakes.map(({ variable }) => variable).sort()).toEqual([
      'DATABASE_URL',
      'LEADRAIL_ALLOWED_NETWORKS',
      'LEADRAIL_ALLOWED_NETWORKS',
      'LEADRAIL_ENCRYPTION_KEY',
      'LEADRAIL_PORT',
      'TEMPORAL_ADDRESS',
    ]);
  });

  it('never repeats a secret', () => {
    const secret = 'hunter2hunter2';
    const mistakes = mistakesOf({ LEADRAIL_ENCRYPTION_KEY: secret, DATABASE_URL: `mysql://a:${secret}@db.example.com/x`, LEADRAIL_ADMIN_KEY: `${secret} ${secret}` });
    expect(mistakes).toHaveLength(3);
    expect(mistakes.join('\n')).not.toContain(secret);
  });

  it('demands what the parts share, and nothing more', () => {
    expect(readSettings(PARTS, 'parts')).toMatchObject({
      ok: true,
      settings: { databaseUrl: PARTS.DATABASE_URL, encryptionKeys: [KEY], temporal: { address: PARTS.TEMPORAL_ADDRESS } },
    });
    for (const variable of Object.keys(PARTS)) {
      const result = readSettings({ ...PARTS, [variable]: ' ' }, 'parts');
      expect(result.ok ? [] : result.mistakes.map((mistake) => mistake.variable)).toEqual([variable]);
    }
  });

  it.each([
    [{ LEADRAIL_PROT: '8080' }, ['LEADRAIL_PROT is not a setting of Leadrail and has no effect. Did you mean LEADRAIL_PORT?']],
    [{ LEADRAIL_SOMETHING_ELSE: '1' }, ['LEADRAIL_SOMETHING_ELSE is not a setting of Leadrail and has no effect.']],
    [{ LEADRAIL_ADMIN_KEY: 'short' }, ['LEADRAIL_ADMIN_KEY has fewer than 16 characters and can be guessed; use a long random one.']],
    [{ HOME: '/home/someone', TEMPORAL_PROFILE: 'x' }, []],
  ])('warns of %j', (environment, expected) => {
    expect(readSettings(environment, 'embedded')).toMatchObject({ ok: true, warnings: expected });
  });
});
