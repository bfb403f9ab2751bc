import { ConnectFailure } from './connect-failure.ts';
import type { HttpFault } from './http-client.ts';

const TIMEOUTS: ReadonlySet<string> = new Set(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const UNSENDABLE: ReadonlySet<string> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH']);
const CONNECTION: ReadonlySet<string> = new Set(['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL']);

/** An error of a request, as a fault. Only codes are taken over: a message may quote what was sent. */
export function classifyFault(error: unknown): HttpFault {
  if (error instanceof ConnectFailure) {
    return { kind: 'fault', fault: error.fault, code: error.code, ...(error.detail === undefined ? {} : { detail: error.detail }) };
  }
  const code = errorCode(error);
  if (TIMEOUTS.has(code)) return { kind: 'fault', fault: 'timeout', code };
  if (UNSENDABLE.has(code)) return { kind: 'fault', fault: 'invalid-request', code };
  if (isTlsCode(code)) return { kind: 'fault', fault: 'tls', code };
  return { kind: 'fault', fault: 'connection', code };
}

/** The fault of a TCP connection or TLS handshake that failed. */
export function connectFault(error: unknown, phase: 'tcp' | 'tls'): { fault: HttpFault['fault']; code: string } {
  const code = errorCode(error);
  if (TIMEOUTS.has(code)) return { fault: 'timeout', code };
  if (phase === 'tcp' || CONNECTION.has(code)) return { fault: 'connection', code };
  return { fault: 'tls', code };
}

/** The system's code of an error, e.g. `ECONNRESET`; `UNKNOWN` where it has none that is safe to show. */
export function errorCode(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'UNKNOWN';
}

function isTlsCode(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_');
}
