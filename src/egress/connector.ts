import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, rootCertificates, type TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';
import type { AddressPolicy } from './address-policy.ts';
import { connectFault, errorCode } from './classify-fault.ts';
import { addressRefused, ConnectFailure } from './connect-failure.ts';
import { connectFirst, NoAddressConnected } from './happy-eyeballs.ts';
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
  /** Connections that are being made, by the host (with port) that they lead to: what a request that waits too long can say of its own. */
  pending: Map<string, PendingConnection>;
}

/** One connection on its way. */
export interface PendingConnection {
  options: ConnectorOptions;
  /** Every socket opened for it: all are given up with it. */
  sockets: Socket[];
  /** What came of each address of the host that was tried last: an error's code, or that there was no answer. */
  tried: Map<string, string>;
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
    const making: PendingConnection = { options, sockets: [], tried: new Map() };
    const host = hostKey(hostname, protocol, port);
    options.pending.set(host, making);
    let isOver = false;
    const finish = (error: ConnectFailure | null, socket: Socket | null) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      if (options.pending.get(host) === making) options.pending.delete(host);
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

async function connect(making: PendingConnection, target: Target, proxy: URL | null): Promise<Socket> {
  const { options } = making;
  const port = target.port || (target.isTls ? 443 : 80);
  const own = { ...(options.tls === undefined ? {} : { cert: options.tls.certificate, key: options.tls.key, passphrase: options.tls.passphrase }) };
  if (proxy === null) {
    const socket = await connectVetted(making, target.hostname, port);
    return target.isTls ? secure(making, socket, target, own) : socket;
  }
  const socket = await connectByProxy(making, proxy, (await vettedAddresses(options, target.hostname)).map((address) => `${isIP(address) === 6 ? `[${address}]` : address}:${port}`));
  return target.isTls ? secure(making, socket, target, own) : socket;
}

/** A connection through the proxy to the first of the addresses that it reaches. */
async function connectByProxy(making: PendingConnection, proxy: URL, targets: readonly string[]): Promise<Socket> {
  const isTls = proxy.protocol === 'https:';
  let failure: unknown;
  for (const target of targets) {
    const plain = await connectVetted(making, unbracketed(proxy.hostname), Number(proxy.port) || (isTls ? 443 : 80));
    const socket = isTls ? await secure(making, plain, { hostname: unbracketed(proxy.hostname), servername: '' }, {}) : plain;
    try {
      await openTunnel(socket, { proxy, target });
      return socket;
    } catch (error) {
      socket.destroy();
      failure = error;
      // The proxy is there and could not reach this address; for anything else the next would end in the same way.
      if (!(error instanceof ConnectFailure && UNREACHED.test(error.code))) break;
    }
  }
  throw failure;
}

/** 502, 503 and 504 to CONNECT. */
const UNREACHED = /^ERR_PROXY_50[234]$/;

/** The host that a connection leads to, with its port, as a map's key. */
function hostKey(hostname: string, protocol: string, port: string): string {
  return `${unbracketed(hostname)} ${Number(port) || (protocol === 'https:' ? 443 : 80)}`;
}

/** What became so far of the addresses of a URL's host that a connection is being made to; undefined where there is nothing to tell. */
export function pendingDetail(pending: ReadonlyMap<string, PendingConnection>, { hostname, protocol, port }: URL): string | undefined {
  const making = pending.get(hostKey(hostname, protocol, port));
  return making === undefined ? undefined : reached(making).detail;
}

/** A TCP connection to an address that the policy allows. */
async function connectVetted(making: PendingConnection, hostname: string, port: number): Promise<Socket> {
  const { options } = making;
  const addresses = await vettedAddresses(options, hostname);
  making.tried.clear();
  const open = (address: string): Socket => {
    const socket = connectTcp({ host: address, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
    making.sockets.push(socket);
    making.tried.set(address, 'no answer');
    return socket;
  };
  const socket = await connectFirst(addresses, { open, onFailed: ({ address, code }) => making.tried.set(address, code) }).catch((error: unknown) => {
    throw error instanceof NoAddressConnected ? failureOf(error.attempts.at(-1), 'tcp', making) : error;
  });
  const { remoteAddress } = socket;
  if (remoteAddress === undefined) throw new ConnectFailure('connection', 'ECONNRESET');
  if (!options.isAllowed(remoteAddress)) throw addressRefused([remoteAddress]);
  const address = writeSocketAddress(socket);
  if (address !== undefined) making.address = address;
  return socket;
}

/** TLS over a connection; `own` is what proves who we are. */
function secure(making: PendingConnection, socket: Socket, { hostname, servername }: Pick<Target, 'hostname' | 'servername'>, own: object): Promise<TLSSocket> {
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

function failureOf(error: unknown, phase: 'tcp' | 'tls', making: PendingConnection): ConnectFailure {
  const { fault, code } = connectFault(error, phase);
  return new ConnectFailure(fault, code, { cause: error, ...reached(making) });
}

/** Where it came to: the address that was connected to, or else what became of each of several. */
function reached({ address, tried }: PendingConnection): { address?: string; detail?: string } {
  if (address !== undefined) return { address };
  return tried.size < 2 ? {} : { detail: [...tried].map(([one, came]) => `${one}: ${came}`).join(', ') };
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
