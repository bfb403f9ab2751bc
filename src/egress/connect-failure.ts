import type { HttpFault } from './http-client.ts';

/** Why no connection was made: nothing of any request was written. */
export class ConnectFailure extends Error {
  override name = 'ConnectFailure';
  readonly fault: HttpFault['fault'];
  readonly code: string;
  readonly detail: string | undefined;
  /** Where the TCP connection led to, when it came so far (TLS). */
  readonly address: string | undefined;

  constructor(fault: HttpFault['fault'], code: string, more: { detail?: string; address?: string; cause?: unknown } = {}) {
    super(`${fault}: ${code}`, { cause: more.cause });
    this.fault = fault;
    this.code = code;
    this.detail = more.detail;
    this.address = more.address;
  }
}

/** A connection to `addresses` is against the policy. */
export function addressRefused(addresses: readonly string[]): ConnectFailure {
  const listed = addresses.join(', ');
  const are = addresses.length === 1 ? 'is no public address' : 'are no public addresses';
  const detail = `${listed} ${are}; if deliveries shall go there, add the network to LEADRAIL_ALLOWED_NETWORKS`;
  return new ConnectFailure('address-refused', 'ERR_ADDRESS_REFUSED', { detail });
}
