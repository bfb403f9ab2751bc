import type { HealthCheck } from '../domain/config/health-check.ts';
import { isAmong, type StatusRange } from '../domain/response/statuses.ts';
import type { HttpClient, HttpFault } from '../egress/http-client.ts';

/** What a check found. `not-made`: nothing that tells of the other side; why is our own affair. */
export type Health = { health: 'passed' } | { health: 'failed'; reason: string } | { health: 'not-made'; why: string };

/** What is read of an answer: only its status counts. */
const MAX_RESPONSE_BYTES = 1_024;

/** Asks once whether a destination is up: a GET without credentials and without anything of a lead. */
export async function checkHealth({ url, timeoutMs, healthy }: HealthCheck, http: HttpClient, signal: AbortSignal): Promise<Health> {
  const { result } = await http.exchange({ method: 'GET', url, headers: [], body: null }, { timeoutMs, signal, maxResponseBytes: MAX_RESPONSE_BYTES });
  if (result.kind === 'fault') return afterFault(result, timeoutMs);
  if (isAmong(result.status, healthy)) return { health: 'passed' };
  const reason = `HTTP ${result.status} instead of ${healthy.map(writeRange).join(' or ')}. Check whether their system is up, and whether \`healthCheck.url\` and \`healthCheck.status\` are right.`;
  return { health: 'failed', reason };
}

function afterFault({ fault, code, detail }: HttpFault, timeoutMs: number): Health {
  switch (fault) {
    case 'timeout':
      return failed(`no whole answer within ${timeoutMs} ms`, 'whether their system is up, whether our address is on their list, and whether `healthCheck.timeout` is long enough for them');
    case 'connection':
      return failed(`no connection, or one that broke (${code})`, 'whether their system is up, whether host and port of `healthCheck.url` are right, and whether our address is on their list');
    case 'dns':
      return failed(`the host name could not be resolved (${code})`, 'the host in `healthCheck.url`, and their DNS entry');
    case 'tls':
      return failed(`no secure connection (${code})`, 'whether their certificate is valid for the host in `healthCheck.url`, not expired, and from a known authority');
    case 'proxy':
      return failed(`the proxy makes no connection (${code})`, '`proxy` of the destination, and whether their system is up');
    case 'address-refused':
      return failed(`Leadrail does not connect to this address (${detail ?? code})`, 'the host in `healthCheck.url`');
    case 'invalid-request':
      return { health: 'not-made', why: `healthCheck.url cannot be asked over HTTP (${code}); check what is stored for it` };
    case 'aborted':
      return { health: 'not-made', why: 'the worker shuts down' };
  }
}

function failed(what: string, toCheck: string): Health {
  return { health: 'failed', reason: `${what}. Check ${toCheck}.` };
}

function writeRange({ from, to }: StatusRange): string {
  return from === to ? String(from) : `${Math.floor(from / 100)}xx`;
}
