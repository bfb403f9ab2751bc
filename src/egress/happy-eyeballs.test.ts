import { once } from 'node:events';
import { createServer, Socket, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectFirst, NoAddressConnected } from './happy-eyeballs.ts';
import { createHttpClient } from './undici-http-client.ts';

let server: Server;
let port = 0;
beforeAll(async () => {
  server = createServer((socket) => socket.on('error', () => undefined).on('data', () => socket.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n')));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => server.close());

/** Addresses that behave as a test says; each socket really connects to the server, or is broken, when it is failures to. */
function network() {
  const sockets = new Map<string, Socket>();
  const opened: string[] = [];
  const open = (address: string): Socket => {
    const socket = new Socket();
    sockets.set(address, socket);
    opened.push(address);
    return socket;
  };
  const socketOf = (address: string): Socket => {
    const socket = sockets.get(address);
    if (!socket) throw new Error(`${address} was not tried`);
    return socket;
  };
  return {
    open,
    opened,
    socketOf,
    answer: (address: string) => socketOf(address).connect(port, '127.0.0.1'),
    refuse: (address: string) => socketOf(address).destroy(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })),
    untilTried: (address: string) => expect.poll(() => opened, { timeout: 20_000, interval: 1 }).toContain(address),
  };
}

describe('the first connection of several addresses', () => {
  it('is that of a slow first address when the second refuses', async () => {
    const { open, refuse, answer, untilTried, socketOf } = network();
    const connected = connectFirst(['192.0.2.1', '192.0.2.2'], { open, nextAddressAfterMs: 1 });
    await untilTried('192.0.2.2');
    refuse('192.0.2.2');
    answer('192.0.2.1');
    expect(await connected).toBe(socketOf('192.0.2.1'));
    (await connected).destroy();
  });

  it('is that of the second while the first is silent, which is given up then', async () => {
    const { open, answer, untilTried, socketOf } = network();
    const connected = connectFirst(['192.0.2.1', '192.0.2.2', '192.0.2.3'], { open, nextAddressAfterMs: 1 });
    await untilTried('192.0.2.3');
    answer('192.0.2.2');
    expect(await connected).toBe(socketOf('192.0.2.2'));
    expect([socketOf('192.0.2.1').destroyed, socketOf('192.0.2.3').destroyed, socketOf('192.0.2.2').destroyed]).toEqual([true, true, false]);
    (await connected).destroy();
  });

  it('is tried at the next address at once when one refuses, without the delay', async () => {
    const { open, opened, refuse, answer, untilTried } = network();
    const connected = connectFirst(['192.0.2.1', '192.0.2.2'], { open, nextAddressAfterMs: 1_000_000 });
    expect(opened).toEqual(['192.0.2.1']);
    refuse('192.0.2.1');
    await untilTried('192.0.2.2');
    answer('192.0.2.2');
    (await connected).destroy();
  });

  it('fails with what came of each once all have failed', async () => {
    const { open, refuse, untilTried } = network();
    const failures: string[] = [];
    const connected = connectFirst(['192.0.2.1', '192.0.2.2'], { open, nextAddressAfterMs: 1, onFailed: ({ address }) => failures.push(address) });
    const failure = connected.catch((error: unknown) => error);
    await untilTried('192.0.2.2');
    refuse('192.0.2.2');
    refuse('192.0.2.1');
    const error = await failure;
    expect(error).toBeInstanceOf(NoAddressConnected);
    expect(error).toMatchObject({ attempts: [{ address: '192.0.2.2', code: 'ECONNREFUSED' }, { address: '192.0.2.1', code: 'ECONNREFUSED' }] });
    expect(failures).toEqual(['192.0.2.2', '192.0.2.1']);
  });

  it('takes the families in turn, beginning with the one that the resolver prefers', async () => {
    const { open, opened, untilTried, answer } = network();
    const connected = connectFirst(['2001:db8::1', '2001:db8::2', '192.0.2.1', '192.0.2.2', '192.0.2.3'], { open, nextAddressAfterMs: 1 });
    await untilTried('192.0.2.3');
    expect(opened).toEqual(['2001:db8::1', '192.0.2.1', '2001:db8::2', '192.0.2.2', '192.0.2.3']);
    answer('192.0.2.3');
    (await connected).destroy();
  });
});

describe('a request to a host of two addresses', () => {
  const request = (addresses: string[], timeoutMs: number, to = port) => {
    const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'], resolveHost: () => Promise.resolve(addresses) });
    return http
      .exchange({ method: 'GET', url: `http://buyer.example:${to}/`, headers: [], body: null }, { timeoutMs, signal: new AbortController().signal })
      .finally(() => http.close());
  };

  it('goes to the one that answers', async () => {
    expect(await request(['127.0.0.2', '127.0.0.1'], 30_000)).toMatchObject({ address: `127.0.0.1:${port}`, result: { kind: 'response', status: 204 } });
  });

  it('says of each address why it did not connect', async () => {
    const { result } = await request(['127.0.0.2', '127.0.0.3'], 30_000);
    expect(result).toMatchObject({ kind: 'fault', fault: 'connection', code: 'ECONNREFUSED', detail: '127.0.0.2: ECONNREFUSED, 127.0.0.3: ECONNREFUSED' });
  });
});
