import type { DeliveryError, ErrorCode, ErrorKind } from '../../domain/delivery/outcome.ts';
import { Redactions } from '../../domain/masking/mask.ts';
import type { Answer } from '../../domain/response/answer.ts';
import { retryAfterOf } from '../../domain/response/by-status.ts';
import type { HttpFault } from '../../egress/http-client.ts';
import { redactExcerpt } from '../masking.ts';

/** Something that could be a token: long, of the characters that tokens have. */
const TOKEN_LIKE = /[\w~+/=-][\w.~+/=-]{22,}[\w~+/=-]/g;
const LONGEST_WORDS = 200;

/** What somebody who gives out tokens says of an error, without anything that is, or could be, a credential. */
export function harmlessWords(text: string, secrets: readonly string[]): string {
  const line = redactExcerpt(text, Redactions.of(secrets)).replace(/[\s\p{Cc}]+/gu, ' ').replace(TOKEN_LIKE, '…').trim();
  return line.length > LONGEST_WORDS ? `${line.slice(0, LONGEST_WORDS)}…` : line;
}

/** An error of the token call to `host`: with it the lead cannot have arrived. */
export function tokenCallError(host: string, kind: ErrorKind, code: ErrorCode, what: string): DeliveryError {
  return { outcome: 'error', kind, code, reason: `No token from ${host}: ${what}` };
}

/** A token call that got no answer. */
export function tokenCallFault(host: string, fault: HttpFault, timeoutMs: number): DeliveryError {
  const { code } = fault;
  const where = fault.detail === undefined ? '' : ` (${fault.detail})`;
  switch (fault.fault) {
    case 'timeout':
      return tokenCallError(host, 'transient', 'timeout', `no whole answer to the token call in time${where}; ${timeoutMs} ms were left of \`timeout\`. Check whether their system is up, and whether our address is on their list.`);
    case 'connection':
      return tokenCallError(host, 'transient', 'connection', `the connection of the token call failed: ${code}${where}. Check whether their system is up, whether host and port of the token URL are right, and whether our address is on their list.`);
    case 'dns':
      return tokenCallError(host, 'transient', 'dns', `the host name could not be resolved: ${code}. Check the token URL, and their DNS entry.`);
    case 'tls':
      return tokenCallError(host, 'transient', 'tls', `no secure connection could be made: ${code}. Check whether their certificate is valid for the host in the token URL, not expired, and from a known authority.`);
    case 'proxy':
      return code === 'ERR_PROXY_407'
        ? tokenCallError(host, 'permanent', 'configuration', 'the proxy does not accept our user and password (407). Check `proxy` of the destination.')
        : tokenCallError(host, 'transient', 'connection', `the proxy makes no connection: ${code}. Check \`proxy\` of the destination, and what the proxy allows.`);
    case 'address-refused':
      return tokenCallError(host, 'permanent', 'address-refused', `Leadrail does not connect to this address: ${fault.detail ?? code}.`);
    case 'invalid-request':
      return tokenCallError(host, 'permanent', 'configuration', `the token call cannot be sent over HTTP: ${code}. Check the token URL (http or https) and the headers of the call.`);
    case 'aborted':
      return tokenCallError(host, 'transient', 'interrupted', 'the worker had to let go of the token call, e.g. to shut down; it is made again.');
  }
}

/** What the status of a token call means by itself; null for a 2xx. `words` are theirs, made harmless. */
export function tokenCallStatus(host: string, answer: Answer, words: string, now: Date): DeliveryError | null {
  const { status } = answer;
  if (status >= 200 && status < 300) return null;
  const said = `HTTP ${status}${words === '' ? '' : ` (${words})`} to the token call`;
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const retryAfterMs = retryAfterOf(answer, now);
    const code = status === 429 ? 'rate-limited' : 'http-status';
    return { ...tokenCallError(host, 'transient', code, `${said}; it is made again later. If it goes on, ask them.`), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  if (status < 400) return tokenCallError(host, 'permanent', 'redirect', `${said}, a redirect, which is not followed; check the token URL (http or https, www, a slash at the end).`);
  if (status === 404 || status === 405 || status === 410) return tokenCallError(host, 'permanent', 'not-found', `${said}; check the token URL and the method.`);
  return tokenCallError(host, 'permanent', 'unauthorized', `${said}: they do not accept what the configuration says; check its credentials, that they are current, and that they belong to this environment (live or test).`);
}
