import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Where a socket is connected to: `203.0.113.7:443`, `[2001:db8::7]:443`; undefined once that is not known any more. */
export function writeSocketAddress({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string | undefined {
  if (remoteAddress === undefined || remotePort === undefined || !ipaddr.isValid(remoteAddress)) return undefined;
  const address = ipaddr.process(remoteAddress);
  return address.kind() === 'ipv6' ? `[${address.toString()}]:${remotePort}` : `${address.toString()}:${remotePort}`;
}
