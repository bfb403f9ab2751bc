import type { AttemptOutcome, ErrorCode, ErrorKind } from '../delivery/outcome.ts';
import type { Answer } from './answer.ts';
import { excerptOf } from './excerpt.ts';
import { parseRetryAfterMs } from './retry-after.ts';

interface StatusError {
  kind: ErrorKind;
  code: ErrorCode;
  /** For a person: what to check. */
  advice: string;
}

/**
 * What a status means by itself: 2xx success; 408, 425, 429 and 5xx transient; 401, 403, 404, 405 and 410 permanent; other
 * 4xx and every 3xx a failure. `words` are the buyer's own, where the answer has them.
 */
export function outcomeByStatus(answer: Answer, words: string | undefined, now: Date): AttemptOutcome {
  const { status } = answer;
  const error = errorOf(status);
  if (error !== null) {
    const { kind, code, advice } = error;
    const said = words === undefined ? '' : ` (“${words}”)`;
    const retryAfterMs = kind === 'transient' ? retryAfterOf(answer, now) : undefined;
    return { outcome: 'error', kind, code, reason: `HTTP ${status} from the buyer${said}: ${advice}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  if (status < 300) return { outcome: 'success', billable: true, ...(words === undefined ? {} : { reason: words }) };
  if (status < 400) return { outcome: 'failure', billable: false, reason: redirectReason(answer) };
  return { outcome: 'failure', billable: false, reason: words ?? refusalReason(answer) };
}

/** The header's wish, in milliseconds, bounded; undefined when there is none. */
export function retryAfterOf(answer: Answer, now: Date): number | undefined {
  const header = answer.headers.get('retry-after');
  return header === undefined ? undefined : parseRetryAfterMs(header, now);
}

function errorOf(status: number): StatusError | null {
  switch (status) {
    case 401:
      return { kind: 'permanent', code: 'unauthorized', advice: 'they do not accept our credentials; check that the key is current, that it goes in the right header, and that it belongs to this environment (live or test)' };
    case 403:
      return { kind: 'permanent', code: 'forbidden', advice: 'they know us and do not let us in; check the rights of the key, and whether our address is on their list' };
    case 404:
      return { kind: 'permanent', code: 'not-found', advice: 'there is nothing at this address; check the URL of the destination, its path and its campaign or form id' };
    case 405:
      return { kind: 'permanent', code: 'http-status', advice: 'they do not accept this method; check the method and the URL of the destination' };
    case 410:
      return { kind: 'permanent', code: 'gone', advice: 'this address has been given up; ask the buyer for the new one' };
    case 408:
      return { kind: 'transient', code: 'http-status', advice: 'they did not get the whole request in time; it is tried again' };
    case 425:
      return { kind: 'transient', code: 'http-status', advice: 'they are not ready for it yet; it is tried again' };
    case 429:
      return { kind: 'transient', code: 'rate-limited', advice: 'they get more requests than they allow; it is tried again later. If it goes on, ask for a higher limit or set a cap' };
    default:
      if (status >= 500 && status < 600) return { kind: 'transient', code: 'http-status', advice: 'their system is failing; nothing to mend here, it is tried again' };
      if (status >= 200 && status < 500) return null;
      return { kind: 'unknown', code: 'http-status', advice: 'this is no final answer, so the lead may have arrived; ask the buyer what stands at this address, and whether a proxy is in between' };
  }
}

function redirectReason(answer: Answer): string {
  const target = redirectTarget(answer.headers.get('location'));
  return `HTTP ${answer.status}: the buyer redirects to ${target}, which is not followed; check the URL of the destination (http or https, www, a slash at the end)`;
}

/** A name of 253 characters (RFC 1035) and a port. No server is called longer, and no reason has room for it. */
const LONGEST_HOST = 259;

/** Only the host: the rest of an address may carry what was sent. */
function redirectTarget(location: string | undefined): string {
  if (location === undefined || location.trim() === '') return 'no address';
  if (!URL.canParse(location, 'http://same-host.invalid')) return 'an address that cannot be read';
  const { host } = new URL(location, 'http://same-host.invalid');
  if (host.length > LONGEST_HOST) return 'an address that cannot be read';
  return host === 'same-host.invalid' ? 'another address of the same host' : host === '' ? 'an address without a host' : host;
}

function refusalReason(answer: Answer): string {
  const excerpt = excerptOf(answer.body);
  return excerpt === null
    ? `HTTP ${answer.status} from the buyer, without a reason; ask them what they refuse about this lead`
    : `HTTP ${answer.status} from the buyer: ${excerpt}`;
}
