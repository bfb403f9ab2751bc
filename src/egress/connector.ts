import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, rootCertificates } from 'node:tls';
import type { buildConnector } from 'undici';
import type { AddressPolicy } from './address-policy.ts';
import { connectFault, errorCode } from './classify-fault.ts';
import { addressRefused, ConnectFailure } from './connect-failure.ts';
import type { ResolveHost } from './resolve-host.ts';
import { writeSocketAddress } from './socket-address.ts';

export interface ConnectorOptions {
  isAllowed: AddressPolicy;
  resolveHost: ResolveHost;
  /** PEM certificates trusted beside Node's own. */
  additionalCertificates: readonly string[];
  /** A connection that takes longer is given up, whatever its request allows: it would keep its place in the pool. */
  connectTimeoutMs: number;
}

/** Before the next address of a host is tried beside this one. */
const NEXT_ADDRESS_AFTER_MS = 500;

/**
 * Makes the connections of a pool. A host name is resolved here, and the socket connects to one of the addresses that passed
 * the policy, so that no second lookup can put another in its place; host header and SNI keep the name. The address really
 * connected to is checked once more before the first byte leaves.
 */
export function createConnector(options: ConnectorOptions): buildConnector.connector {
  const lookup = vettedLookup(options);
  const trusted = options.additionalCertificates.length === 0 ? {} : { ca: [...rootCertificates, ...options.additionalCertificates] };
  return ({ hostname, protocol, port, servername }, callback) => {
    const isLiteral = isIP(hostname) !== 0;
    if (isLiteral && !options.isAllowed(hostname)) {
      queueMicrotask(() => callback(addressRefused([hostname]), null));
      return;
    }
    const isTls = protocol === 'https:';
    const socket = connectTcp({
      host: hostname,
      port: Number(port) || (isTls ? 443 : 80),
      lookup,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    });
    let address: string | undefined;
    const timer = setTimeout(() => fail(new ConnectFailure('timeout', 'ETIMEDOUT', address === undefined ? {} : { address })), options.connectTimeoutMs);
    const finish = once((error: ConnectFailure | null, connected: Socket) => {
      clearTimeout(timer);
      if (error) callback(error, null);
      else callback(null, connected);
    });
    const fail = (error: ConnectFailure) => {
      finish(error, socket);
      socket.destroy();
    };
    socket.on('error', (error) => {
      if (error instanceof ConnectFailure) fail(error);
      else fail(failureOf(error, address === undefined ? 'tcp' : 'tls', address));
    });
    socket.once('connect', () => {
      const { remoteAddress } = socket;
      if (remoteAddress === undefined) fail(new ConnectFailure('connection', 'ECONNRESET'));
      else if (!options.isAllowed(remoteAddress)) fail(addressRefused([remoteAddress]));
      else {
        address = writeSocketAddress(socket);
        if (isTls) startTls();
        else finish(null, socket);
      }
    });
    const startTls = () => {
      const name = servername ?? '';
      const secure = connectTls({
        socket,
        host: hostname,
        ...(name !== '' ? { servername: name } : isLiteral ? {} : { servername: hostname }),
        ALPNProtocols: ['http/1.1'],
        ...trusted,
      });
      secure.on('error', (error) => fail(failureOf(error, 'tls', address)));
      secure.once('secureConnect', () => finish(null, secure));
    };
  };
}

function failureOf(error: unknown, phase: 'tcp' | 'tls', address: string | undefined): ConnectFailure {
  const { fault, code } = connectFault(error, phase);
  return new ConnectFailure(fault, code, { cause: error, ...(address === undefined ? {} : { address }) });
}

function once<Arguments extends unknown[]>(call: (...parameters: Arguments) => void): (...parameters: Arguments) => void {
  let called = false;
  return (...parameters) => {
    if (called) return;
    called = true;
    call(...parameters);
  };
}

/** A lookup that knows only the addresses of a host that the policy allows. */
function vettedLookup({ isAllowed, resolveHost }: Pick<ConnectorOptions, 'isAllowed' | 'resolveHost'>): LookupFunction {
  return (hostname, { all }, callback) => {
    resolveHost(hostname).then(
      (addresses) => {
        const allowed = addresses.filter(isAllowed);
        const [first] = allowed;
        if (addresses.length === 0) callback(new ConnectFailure('dns', 'ENODATA'), '', 0);
        else if (first === undefined) callback(addressRefused(addresses), '', 0);
        else if (all === true) callback(null, allowed.map((address) => ({ address, family: isIP(address) })));
        else callback(null, first, isIP(first));
      },
      (error: unknown) => callback(new ConnectFailure('dns', errorCode(error), { cause: error }), '', 0),
    );
  };
}
