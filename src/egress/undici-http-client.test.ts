import diagnostics from 'node:diagnostics_channel';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { HttpExchange, HttpOptions, HttpRequest } from './http-client.ts';
import { selfSigned } from './self-signed.test-support.ts';
import { closedPort, createTcpServer, listen } from './tcp-server.test-support.ts';
import { createHttpClient, type HttpClientOptions } from './undici-http-client.ts';

const LOOPBACK = { allowedNetworks: ['127.0.0.0/8'] };
const http = createHttpClient(LOOPBACK);
afterAll(() => http.close());

function send(url: string, options: Partial<HttpOptions> = {}, request: Partial<HttpRequest> = {}, client = http): Promise<HttpExchange> {
  return client.exchange(
    { method: 'POST', url, headers: [['content-type', 'text/plain']], body: Buffer.from('hello'), ...request },
    { timeoutMs: 10_000, signal: new AbortController().signal, ...options },
  );
}

function clientWith(options: Partial<HttpClientOptions>) {
  const client = createHttpClient({ ...LOOPBACK, ...options });
  onTestFinished(() => client.close());
  return client;
}

async function startTcpServer(...behaviour: Parameters<typeof createTcpServer>) {
  const server = await createTcpServer(...behaviour);
  onTestFinished(() => server.close());
  return server;
}

async function startHttp(listener: RequestListener): Promise<{ port: number; url: string }> {
  const server = createServer(listener);
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port, url: `http://127.0.0.1:${port}/` };
}

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const never = () => new Promise<never>(() => undefined);

describe('an answer', () => {
  it('comes with status, headers, body, address and time', async () => {
    const { url, port } = await startHttp((request, response) => {
      response.writeHead(201, [['X-Many', 'a'], ['X-Many', 'b'], ['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2']].flat());
      request.pipe(response);
    });
    const exchange = await send(`${url}leads?x=1`);
    expect(exchange).toMatchObject({ requestWritten: true, address: `127.0.0.1:${port}`, result: { kind: 'response', status: 201, bodyTruncated: false } });
    if (exchange.result.kind !== 'response') return;
    expect(Buffer.from(exchange.result.body).toString()).toBe('hello');
    expect(exchange.result.headers.filter(([name]) => name === 'x-many')).toEqual([['x-many', 'a, b']]);
    expect(exchange.result.headers.filter(([name]) => name === 'set-cookie')).toHaveLength(2);
    expect(exchange.timeToFirstByteMs).toBeGreaterThanOrEqual(0);
    expect(exchange.request.headers).toContainEqual(['user-agent', 'Leadrail']);
  });

  it('is read after an announcement (1xx), and a redirect is not followed', async () => {
    let requests = 0;
    const { url } = await startHttp((_request, response) => {
      requests += 1;
      response.writeEarlyHints({ link: '</a>; rel=preload' });
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect((await send(url)).result).toMatchObject({ kind: 'response', status: 302 });
    expect(requests).toBe(1);
  });

  it('is cut at the limit, and exactly the limit is whole', async () => {
    const { url } = await startHttp((_request, response) => response.end('x'.repeat(1_000)));
    const cut = await send(url, { maxResponseBytes: 999 });
    expect(cut.result).toMatchObject({ bodyTruncated: true, status: 200 });
    if (cut.result.kind === 'response') expect(cut.result.body).toHaveLength(999);
    expect((await send(url, { maxResponseBytes: 1_000 })).result).toMatchObject({ bodyTruncated: false });
  });

  it('is cut at the limit without an end to the stream or to what it unpacks to', async () => {
    const endless = await startHttp((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    });
    expect((await send(endless.url, { maxResponseBytes: 5_000 })).result).toMatchObject({ bodyTruncated: true });
    const bomb = await startHttp((_request, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(20_000_000))));
    const { result } = await send(bomb.url);
    expect(result).toMatchObject({ kind: 'response', bodyTruncated: true });
    if (result.kind === 'response') expect(result.body).toHaveLength(256 * 1024);
  });

  it('is unpacked', async () => {
    const { url } = await startHttp((_request, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync('packed')));
    const { result } = await send(url);
    expect(result.kind === 'response' && Buffer.from(result.body).toString()).toBe('packed');
  });
});

describe('before anything was written', () => {
  it('a refused connection', async () => {
    const exchange = await send(`http://127.0.0.1:${await closedPort()}/`);
    expect(exchange).toMatchObject({ requestWritten: false, result: { fault: 'connection', code: 'ECONNREFUSED' } });
    expect(exchange.address).toBeUndefined();
  });

  it('every one of many requests to a port that refuses, with few connections', async () => {
    const client = clientWith({ connectionsPerOrigin: 2 });
    const url = `http://127.0.0.1:${await closedPort()}/`;
    const exchanges = await Promise.all(Array.from({ length: 30 }, () => send(url, {}, {}, client)));
    expect(new Set(exchanges.map(({ result, requestWritten }) => `${'code' in result ? result.code : result.kind} ${requestWritten}`))).toEqual(new Set(['ECONNREFUSED false']));
  });

  it.each([['ENOTFOUND'], ['EAI_AGAIN']])('a host name that does not resolve: %s', async (code) => {
    const client = clientWith({ resolveHost: () => Promise.reject(Object.assign(new Error('no such host'), { code })) });
    expect(await send('http://buyer.example/', {}, {}, client)).toMatchObject({ requestWritten: false, result: { fault: 'dns', code } });
  });

  it('the system’s resolver saying no', async () => {
    expect(await send('http://no-such-host.invalid/')).toMatchObject({ requestWritten: false, result: { fault: 'dns' } });
  });

  it('a name that never resolves: the timeout', async () => {
    const client = createHttpClient({ ...LOOPBACK, resolveHost: never });
    expect(await send('http://buyer.example/', { timeoutMs: 30 }, {}, client)).toMatchObject({ requestWritten: false, result: { fault: 'timeout' } });
  });

  it('a TLS handshake that never ends: the timeout', async () => {
    const server = await startTcpServer(() => undefined);
    const exchange = await send(`https://127.0.0.1:${server.port}/`, { timeoutMs: 200 });
    expect(exchange).toMatchObject({ requestWritten: false, result: { fault: 'timeout' } });
    expect(server.received()).not.toContain('hello');
  });

  it('a TLS handshake that is reset', async () => {
    const server = await startTcpServer(() => undefined, (socket) => socket.resetAndDestroy());
    expect(await send(`https://127.0.0.1:${server.port}/`)).toMatchObject({ requestWritten: false, result: { fault: 'connection' } });
  });

  it('a server that does not speak TLS', async () => {
    const server = await startTcpServer((socket) => socket.write('220 ready\r\n'));
    expect(await send(`https://127.0.0.1:${server.port}/`)).toMatchObject({ requestWritten: false, address: `127.0.0.1:${server.port}`, result: { fault: 'tls' } });
  });

  it.each([
    ['another authority', 'buyer.example', 'buyer.example', 'tls'],
    ['another name', 'buyer.example', 'other.example', 'tls'],
  ])('a certificate of %s', async (_why, certified, hostname, fault) => {
    const tls = selfSigned(certified);
    const { port, hosts } = await startHttps(tls);
    const client = clientWith({ resolveHost: () => Promise.resolve(['127.0.0.1']), ...(hostname === certified ? {} : { additionalCertificates: [tls.cert] }) });
    const exchange = await send(`https://${hostname}:${port}/`, {}, {}, client);
    expect(exchange).toMatchObject({ requestWritten: false, address: `127.0.0.1:${port}`, result: { fault } });
    expect(hosts).toEqual([]);
  });

  it('a request that waits for a free connection: it is never written afterwards', async () => {
    const client = clientWith({ connectionsPerOrigin: 1 });
    const answers: Socket[] = [];
    const server = await startTcpServer(() => undefined, (socket) => answers.push(socket));
    const url = `http://127.0.0.1:${server.port}/`;
    const first = send(`${url}first`, {}, { body: null }, client);
    const second = await send(`${url}second`, { timeoutMs: 50 }, { body: null }, client);
    expect(second).toMatchObject({ requestWritten: false, result: { fault: 'timeout' } });
    await expect.poll(() => answers.length).toBe(1);
    const third = send(`${url}third`, {}, { body: null }, client);
    answers[0]?.write(ANSWER);
    expect((await first).result).toMatchObject({ status: 200 });
    await expect.poll(() => answers.length).toBe(2);
    answers[1]?.write(ANSWER);
    expect((await third).result).toMatchObject({ status: 200 });
    expect(server.received()).not.toContain('second');
  });

  it.each([
    ['no URL', { url: 'nonsense' }],
    ['another protocol', { url: 'ftp://127.0.0.1/' }],
    ['a file', { url: 'file:///etc/hosts' }],
    ['a method that is none', { method: 'PO ST' }],
    ['a line break in a header', { headers: [['x-name', 'a\r\nx-smuggled: b']] as [string, string][] }],
    ['a header that rules the connection', { headers: [['transfer-encoding', 'chunked']] as [string, string][] }],
    ['a length that is wrong', { headers: [['content-length', '2']] as [string, string][] }],
  ])('what is not HTTP: %s', async (_why, request) => {
    const server = await startTcpServer(() => undefined);
    const exchange = await send(`http://127.0.0.1:${server.port}/`, { timeoutMs: 2_000 }, request);
    expect(exchange).toMatchObject({ requestWritten: false, result: { fault: 'invalid-request' } });
    expect(server.received()).toBe('');
  });

  it('an abort that came before', async () => {
    expect(await send('http://127.0.0.1:1/', { signal: AbortSignal.abort() })).toMatchObject({ requestWritten: false, result: { fault: 'aborted' } });
  });

  it('a client that was closed', async () => {
    const client = createHttpClient(LOOPBACK);
    await client.close();
    expect(await send('http://127.0.0.1:1/', {}, {}, client)).toMatchObject({ requestWritten: false, result: { fault: 'connection' } });
  });
});

describe('after the request was written', () => {
  it('a reset once it was read', async () => {
    const server = await startTcpServer(() => undefined, (socket) => socket.resetAndDestroy());
    expect(await send(`http://127.0.0.1:${server.port}/`)).toMatchObject({ requestWritten: true, address: `127.0.0.1:${server.port}`, result: { fault: 'connection' } });
  });

  it('a reset on accept: written or not is whether bytes were handed to the connection', async () => {
    let handedOver = 0;
    const count = () => (handedOver += 1);
    diagnostics.subscribe('undici:client:sendHeaders', count);
    onTestFinished(() => void diagnostics.unsubscribe('undici:client:sendHeaders', count));
    const server = await startTcpServer((socket) => socket.resetAndDestroy());
    for (let round = 0; round < 20; round += 1) {
      const before = handedOver;
      const exchange = await send(`http://127.0.0.1:${server.port}/`);
      expect(exchange).toMatchObject({ requestWritten: handedOver > before, result: { fault: 'connection' } });
    }
  });

  it('a reused connection that the server closes at that moment', async () => {
    const client = clientWith({ connectionsPerOrigin: 1 });
    let requests = 0;
    const server = await startTcpServer(
      () => undefined,
      (socket) => {
        requests += 1;
        if (requests === 1) socket.write(ANSWER);
        else socket.resetAndDestroy();
      },
    );
    const url = `http://127.0.0.1:${server.port}/`;
    expect((await send(url, {}, {}, client)).result).toMatchObject({ status: 200 });
    expect(await send(url, {}, {}, client)).toMatchObject({ requestWritten: true, result: { fault: 'connection' } });
    expect(server.connections()).toBe(1);
    expect(requests).toBe(2);
  });

  it.each([
    ['before the answer', ''],
    ['in the headers', 'HTTP/1.1 200 OK\r\ncontent-'],
    ['in the body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'],
  ])('a hang %s: the timeout bounds it all', async (_when, answer) => {
    const server = await startTcpServer(() => undefined, (socket) => socket.write(answer));
    expect(await send(`http://127.0.0.1:${server.port}/`, { timeoutMs: 100 })).toMatchObject({ requestWritten: true, result: { fault: 'timeout' } });
    expect(server.received()).toContain('hello');
  });

  it('a body that drips for ever', async () => {
    const server = await startTcpServer((socket) => {
      const drip = setInterval(() => socket.write('1\r\nx\r\n'), 5);
      socket.on('close', () => clearInterval(drip));
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    });
    expect(await send(`http://127.0.0.1:${server.port}/`, { timeoutMs: 150 })).toMatchObject({ result: { kind: 'fault' } });
  });

  it('an answer cut short, and one that is no HTTP', async () => {
    const short = await startTcpServer(() => undefined, (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'));
    expect(await send(`http://127.0.0.1:${short.port}/`)).toMatchObject({ requestWritten: true, result: { fault: 'connection' } });
    const other = await startTcpServer(() => undefined, (socket) => socket.end('SSH-2.0-server\r\n'));
    expect(await send(`http://127.0.0.1:${other.port}/`)).toMatchObject({ requestWritten: true, result: { fault: 'connection' } });
  });

  it('an abort', async () => {
    const controller = new AbortController();
    const server = await startTcpServer(() => undefined, () => controller.abort());
    expect(await send(`http://127.0.0.1:${server.port}/`, { signal: controller.signal })).toMatchObject({ requestWritten: true, result: { fault: 'aborted' } });
  });

  it.each([0, -1, Number.NaN])('a timeout of %s is not "no timeout"', async (timeoutMs) => {
    const server = await startTcpServer(() => undefined);
    expect((await send(`http://127.0.0.1:${server.port}/`, { timeoutMs })).result).toMatchObject({ fault: 'timeout' });
  });
});

describe('the address policy', () => {
  it.each([
    ['an address', (port: number) => `http://127.0.0.1:${port}/`, '127.0.0.1'],
    ['a number', (port: number) => `http://2130706433:${port}/`, '127.0.0.1'],
    ['a mapped address', (port: number) => `http://[::ffff:7f00:1]:${port}/`, '::ffff:7f00:1'],
    ['https', (port: number) => `https://127.0.0.1:${port}/`, '127.0.0.1'],
    ['a name', (port: number) => `http://buyer.example:${port}/`, '127.0.0.1'],
  ])('refuses %s', async (_what, url, address) => {
    const client = clientWith({ allowedNetworks: [], resolveHost: () => Promise.resolve(['127.0.0.1']) });
    const server = await startTcpServer(() => undefined);
    const exchange = await send(url(server.port), {}, {}, client);
    expect(exchange).toMatchObject({ requestWritten: false, result: { fault: 'address-refused' } });
    expect('detail' in exchange.result && exchange.result.detail).toContain(address);
    expect('detail' in exchange.result && exchange.result.detail).toContain('LEADRAIL_ALLOWED_NETWORKS');
    expect(server.connections()).toBe(0);
  });

  it('connects to the address that it vetted, without a second lookup, and keeps the host header', async () => {
    const hosts: (string | undefined)[] = [];
    const { port } = await startHttp((request, response) => {
      hosts.push(request.headers.host);
      response.end();
    });
    let lookups = 0;
    // A name server that answers harmlessly once and then with what it wants us to reach.
    const client = clientWith({ allowedNetworks: ['127.0.0.1/32'], resolveHost: () => Promise.resolve([lookups++ === 0 ? '127.0.0.1' : '127.0.0.2']) });
    const exchange = await send(`http://buyer.example:${port}/`, {}, {}, client);
    expect(exchange).toMatchObject({ address: `127.0.0.1:${port}`, result: { status: 200 } });
    expect(hosts).toEqual([`buyer.example:${port}`]);
    expect(lookups).toBe(1);
  });

  it('leaves out the refused ones of several addresses', async () => {
    const { port } = await startHttp((_request, response) => response.end());
    const client = clientWith({ allowedNetworks: ['127.0.0.1/32'], resolveHost: () => Promise.resolve(['127.0.0.2', '10.0.0.1', '127.0.0.1']) });
    expect(await send(`http://buyer.example:${port}/`, {}, {}, client)).toMatchObject({ address: `127.0.0.1:${port}`, result: { status: 200 } });
  });
});

describe('TLS', () => {
  it('keeps the name in SNI and certificate check while the address is pinned', async () => {
    const tls = selfSigned('buyer.example');
    const { port, names, hosts } = await startHttps(tls);
    const client = clientWith({ resolveHost: () => Promise.resolve(['127.0.0.1']), additionalCertificates: [tls.cert], connectionsPerOrigin: 1 });
    for (const body of ['one', 'two']) {
      const exchange = await send(`https://buyer.example:${port}/`, {}, { body: Buffer.from(body) }, client);
      expect(exchange).toMatchObject({ requestWritten: true, address: `127.0.0.1:${port}`, result: { kind: 'response', status: 200 } });
    }
    expect(names).toEqual(['buyer.example']);
    expect(hosts).toEqual([`buyer.example:${port}`, `buyer.example:${port}`]);
  });
});

/** `names` are what clients asked for by SNI, one a connection; `hosts` the host headers, one a request. */
async function startHttps(tls: { cert: string; key: string }): Promise<{ port: number; names: string[]; hosts: string[] }> {
  const names: string[] = [];
  const hosts: string[] = [];
  const sni = (name: string, answer: (error: Error | null) => void) => {
    names.push(name);
    answer(null);
  };
  const server = createHttpsServer({ ...tls, SNICallback: sni }, (request, response) => {
    hosts.push(request.headers.host ?? '');
    response.end('ok');
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port, names, hosts };
}

describe('closing', () => {
  it('waits for requests in flight', async () => {
    const client = createHttpClient(LOOPBACK);
    const sockets: Socket[] = [];
    const server = await startTcpServer(() => undefined, (socket) => sockets.push(socket));
    const exchange = send(`http://127.0.0.1:${server.port}/`, {}, {}, client);
    await expect.poll(() => sockets.length).toBe(1);
    const closed = client.close();
    sockets[0]?.write(ANSWER);
    expect((await exchange).result).toMatchObject({ status: 200 });
    await closed;
  });
});
