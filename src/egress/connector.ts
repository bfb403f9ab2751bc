import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, rootCertificates, type TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';
import type { AddressPolicy } from './address-policy.ts';
import { connectFault, errorCode } from './classify-fault.ts';
import { addressRefused, ConnectFailure } from './connect-failure.ts';
import type { ConnectionSettings } from './http-client.ts';
import { openTunnel } from './proxy-tunnel.ts';
import type { ResolveHost } from './resolve-host.ts';
import { writeSocketAddress } from './socket-address.ts';

export interface ConnectorOptions extends ConnectionSettings {
  isAllowed: AddressPolicy;
  resolveHost: ResolveHost;
  /** PEM certificates trusted beside Node's own. */
  additionalCertificates: readonly string[];
  /** A connection that takes longer is given up, whatever its request allows: it would keep its place in the pool. */
  connectTimeoutMs: number;
}

/** Before the next address of a host is tried beside this one. */
const NEXT_ADDRESS_AFTER_MS = 500;

/** One connection on its way. */
interface Making {
  options: ConnectorOptions;
  /** Every socket opened for it: all are given up with it. */
  sockets: Socket[];
  /** Where the TCP connection leads to, once it is there. */
  address?: string;
}

/**
 * Makes the connections of a pool. A host name is resolved here, and the socket connects to one of the addresses that passed
 * the policy, so that no second lookup can put another in its place; host header and SNI keep the name. The address really
 * connected to is checked once more before the first byte leaves. A proxy is told such an address too, never the name: it must not
 * lead where we would not go ourselves.
 */
export function createConnector(options: ConnectorOptions): buildConnector.connector {
  const proxy = options.proxy === undefined ? null : new URL(options.proxy);
  return ({ hostname, protocol, port, servername }, callback) => {
    const making: Making = { options, sockets: [] };
    let isOver = false;
    const finish = (error: ConnectFailure | null, socket: Socket | null) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      if (error) {
        for (const opened of making.sockets) opened.destroy();
        callback(error, null);
      } else if (socket) callback(null, socket);
    };
    const timer = setTimeout(() => finish(new ConnectFailure('timeout', 'ETIMEDOUT', reached(making)), null), options.connectTimeoutMs);
    const target = { hostname, isTls: protocol === 'https:', port: Number(port), servername: servername ?? '' };
    connect(making, target, proxy).then(
      (socket) => finish(null, socket),
      // What else is thrown is a certificate or key of ours that cannot be read.
      (error: unknown) => finish(error instanceof ConnectFailure ? error : failureOf(error, 'tls', making), null),
    );
  };
}

interface Target {
  hostname: string;
  isTls: boolean;
  /** 0 for the protocol's own. */
  port: number;
  servername: string;
}

async function connect(making: Making, target: Target, proxy: URL | null): Promise<Socket> {
  const { options } = making;
  const port = target.port || (target.isTls ? 443 : 80);
  const own = { ...(options.tls === undefined ? {} : { cert: options.tls.certificate, key: options.tls.key, passphrase: options.tls.passphrase }) };
  if (proxy === null) {
    const socket = await connectVetted(making, target.hostname, port);
    return target.isTls ? secure(making, socket, target, own) : socket;
  }
  const [address] = await vettedAddresses(options, target.hostname);
  const isTls = proxy.protocol === 'https:';
  const plain = await connectVetted(making, unbracketed(proxy.hostname), Number(proxy.port) || (isTls ? 443 : 80));
  const socket = isTls ? await secure(making, plain, { hostname: unbracketed(proxy.hostname), servername: '' }, {}) : plain;
  await openTunnel(socket, { proxy, target: `${isIP(address) === 6 ? `[${address}]` : address}:${port}` });
  return target.isTls ? secure(making, socket, target, own) : socket;
}

/** A TCP connection to an address that the policy allows. */
function connectVetted(making: Making, hostname: string, port: number): Promise<Socket> {
  const { options } = making;
  if (isIP(hostname) !== 0 && !options.isAllowed(hostname)) return Promise.reject(addressRefused([hostname]));
  return new Promise((resolve, reject) => {
    const socket = connectTcp({
      host: hostname,
      port,
      lookup: vettedLookup(options),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    });
    making.sockets.push(socket);
    socket.on('error', (error) => reject(error instanceof ConnectFailure ? error : failureOf(error, 'tcp', making)));
    socket.once('connect', () => {
      const { remoteAddress } = socket;
      if (remoteAddress === undefined) { reject(new ConnectFailure('connection', 'ECONNRESET')); return; }
      if (!options.isAllowed(remoteAddress)) { reject(addressRefused([remoteAddress])); return; }
      const address = writeSocketAddress(socket);
      if (address !== undefined) making.address = address;
      resolve(socket);
    });
  });
}

/** TLS over a connection; `own` is what proves who we are. */
function secure(making: Making, socket: Socket, { hostname, servername }: Pick<Target, 'hostname' | 'servername'>, own: object): Promise<TLSSocket> {
  const { additionalCertificates, tls } = making.options;
  const authorities = [...additionalCertificates, ...(tls?.authority === undefined ? [] : [tls.authority])];
  return new Promise((resolve, reject) => {
    const encrypted = connectTls({
      socket,
      host: hostname,
      ...(servername !== '' ? { servername } : isIP(hostname) !== 0 ? {} : { servername: hostname }),
      ALPNProtocols: ['http/1.1'],
      ...(authorities.length === 0 ? {} : { ca: [...rootCertificates, ...authorities] }),
      ...own,
    });
    making.sockets.push(encrypted);
    const onBroken = (error: Error) => reject(failureOf(error, 'tls', making));
    socket.on('error', onBroken);
    encrypted.on('error', onBroken);
    encrypted.once('secureConnect', () => resolve(encrypted));
  });
}

function failureOf(error: unknown, phase: 'tcp' | 'tls', making: Making): ConnectFailure {
  const { fault, code } = connectFault(error, phase);
  return new ConnectFailure(fault, code, { cause: error, ...reached(making) });
}

function reached({ address }: Making): { address?: string } {
  return address === undefined ? {} : { address };
}

function unbracketed(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/** The addresses of a host that the policy allows, at least one. Rejects with `ConnectFailure`. */
async function vettedAddresses({ isAllowed, resolveHost }: Pick<ConnectorOptions, 'isAllowed' | 'resolveHost'>, hostname: string): Promise<[string, ...string[]]> {
  const host = unbracketed(hostname);
  const addresses = isIP(host) !== 0 ? [host] : await resolved(resolveHost, host);
  const [first, ...others] = addresses.filter(isAllowed);
  if (addresses.length === 0) throw new ConnectFailure('dns', 'ENODATA');
  if (first === undefined) throw addressRefused(addresses);
  return [first, ...others];
}

async function resolved(resolveHost: ResolveHost, hostname: string): Promise<string[]> {
  try {
    return await resolveHost(hostname);
  } catch (error) {
    throw new ConnectFailure('dns', errorCode(error), { cause: error });
  }
}

/** A lookup that knows only the addresses of a host that the policy allows. */
function vettedLookup(options: Pick<ConnectorOptions, 'isAllowed' | 'resolveHost'>): LookupFunction {
  return (hostname, { all }, callback) => {
    vettedAddresses(options, hostname).then(
      (allowed) => {
        if (all === true) callback(null, allowed.map((address) => ({ address, family: isIP(address) })));
        else callback(null, allowed[0], isIP(allowed[0]));
      },
      (error: unknown) => callback(error instanceof Error ? error : new ConnectFailure('dns', 'UNKNOWN'), '', 0),
    );
  };
}
