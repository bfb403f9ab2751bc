import { describe, expect, it } from 'vitest';
import type { HealthCheck } from '../../domain/config/health-check.ts';
import { parseConfig } from '../../domain/config/parse.ts';
import { destinationChecks, destinationSchemas } from '../registry.ts';

const PING = { url: 'https://buyer.example/ping', every: '30s' };

function parsed(healthCheck: unknown, type = 'webhook') {
  const destination = type === 'webhook' ? { id: 'api', type, url: 'https://buyer.example/leads', healthCheck } : { id: 'api', type, healthCheck };
  return parseConfig({ buyers: [{ id: 'acme', destinations: [destination] }] }, destinationSchemas, destinationChecks);
}

function mistakes(healthCheck: unknown, type?: string): string[] {
  const result = parsed(healthCheck, type);
  return result.ok ? [] : result.mistakes.map(({ path, message }) => `${path.replace('buyers[0].destinations[0].', '')}: ${message}`);
}

describe('healthCheck of a webhook', () => {
  it.each<[unknown, HealthCheck]>([
    [PING, { url: PING.url, everyMs: 30_000, timeoutMs: 5_000, healthy: [{ from: 200, to: 299 }] }],
    [{ ...PING, every: '10s', timeout: '10s', status: [200, '4xx'] }, { url: PING.url, everyMs: 10_000, timeoutMs: 10_000, healthy: [{ from: 200, to: 200 }, { from: 400, to: 499 }] }],
    [{ url: 'secret://acme_ping', every: '1h', status: 405 }, { url: 'secret://acme_ping', everyMs: 3_600_000, timeoutMs: 5_000, healthy: [{ from: 405, to: 405 }] }],
  ])('reads %j', (written, healthCheck) => {
    const result = parsed(written);
    expect(result.ok && result.config.buyers[0]?.destinations[0]?.healthCheck).toEqual(healthCheck);
  });

  it.each<[unknown, string]>([
    [{ every: '30s' }, 'healthCheck.url: `url` is missing'],
    [{ url: PING.url }, 'healthCheck.every: `every` is missing'],
    [{ ...PING, every: '9s' }, 'healthCheck.every: must be 10s at least and 24h at most'],
    [{ ...PING, every: '25h' }, 'healthCheck.every: must be 10s at least and 24h at most'],
    [{ ...PING, every: 30 }, 'healthCheck.every: expected text, got a number'],
    [{ ...PING, timeout: '0s' }, 'healthCheck.timeout: must be longer than nothing and at most 30s'],
    [{ ...PING, every: '10s', timeout: '11s' }, 'healthCheck.timeout: must not be longer than `every`'],
    [{ ...PING, url: 'ftp://buyer.example/ping' }, 'healthCheck.url: must begin with http:// or https://'],
    [{ ...PING, url: 'https://u:p@buyer.example/ping' }, 'healthCheck.url: credentials do not belong into the URL'],
    [{ ...PING, url: 'https://buyer.example/{state}' }, 'healthCheck.url: a health check carries no lead'],
    [{ ...PING, status: 'ok' }, 'healthCheck.status: '],
    [{ ...PING, evry: '1m' }, 'healthCheck.evry: `evry` is not known here'],
  ])('refuses %j', (written, mistake) => {
    expect(mistakes(written)).toEqual([expect.stringContaining(mistake)]);
  });

  it('is no word of a destination that nobody could ask', () => {
    expect(mistakes(PING, 'database')).toEqual([expect.stringContaining('healthCheck: `healthCheck` is not known here')]);
  });
});
