import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { connect, type Server } from 'node:net';
import { TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { faultOutcome } from './fault-outcome.ts';
import type { ConnectionSettings, HttpExchange, HttpFault } from './http-client.ts';
import { selfSigned } from './self-signed.test-support.ts';
import { closedPort, createTcpServer, listen } from './tcp-server.test-support.ts';
import { createHttpClient, type HttpClientOptions } from './undici-http-client.ts';

const HOST = 'buyer.example';
const server = selfSigned(HOST);
const ours = selfSigned('leadrail.example');
const theirs = selfSigned('another.example');

function clientWith(options: Partial<HttpClientOptions> = {}) {
  const client = createHttpClient({ allowedNetworks: ['127.0.0.0/8'], additionalCertificates: [server.cert], resolveHost: () => Promise.resolve(['127.0.0.1']), ...options });
  onTestFinished(() => client.close());
  return client;
}

async function started(one: Server): Promise<number> {
  const port = await listen(one);
  onTestFinished(() => void one.close());
  return port;
}

/** A server over TLS that answers with the name in its client's certificate. */
function startTls(options: ServerOptions = {}): Promise<number> {
  return started(
    createHttpsServer({ cert: server.cert, key: server.key, ...options }, (request, response) => {
      const { socket } = request;
      const subject: unknown = socket instanceof TLSSocket ? Object.entries(socket.getPeerCertificate()).find(([name]) => name === 'subject')?.[1] : undefined;
      response.end(`${String(request.headers.host)} ${JSON.stringify(subject)}`);
    }),
  );
}

function send(client: ReturnType<typeof clientWith>, url: string, connection: ConnectionSettings): Promise<HttpExchange> {
  return client.exchange({ method: 'POST', url, headers: [], body: Buffer.from('a lead') }, { timeoutMs: 10_000, signal: new AbortController().signal, connection });
}

function textOf({ result }: HttpExchange): string {
  return result.kind === 'response' ? `${result.status} ${Buffer.from(result.body).toString()}` : `${result.fault} ${result.code}`;
}

function faultOf({ result }: HttpExchange): HttpFault {
  if (result.kind !== 'fault') throw new Error('there was an answer');
  return result;
}

describe('mutual TLS', () => {
  const MUTUAL = { requestCert: true, rejectUnauthorized: true, ca: [ours.cert, theirs.cert] };
  const certificate = ({ cert, key }: typeof ours): ConnectionSettings => ({ tls: { certificate: cert, key } });

  it('shows no certificate to another origin that a redirect leads to', async () => {
    const other = await startTls({ requestCert: true, rejectUnauthorized: false });
    const first = await started(createHttpsServer({ cert: server.cert, key: server.key, ...MUTUAL }, (_request, response) => void response.writeHead(307, { location: `https://${HOST}:${other}/` }).end()));
    const request = { method: 'POST', url: `https://${HOST}:${first}/`, headers: [], body: Buffer.from('a lead') };
    const exchange = await clientWith().exchange(request, { timeoutMs: 10_000, signal: new AbortController().signal, connection: certificate(ours), redirects: 1 });
    expect(textOf(exchange)).toBe(`200 ${HOST}:${other} undefined`);
  });

  it('shows each request’s own certificate, over connections of its own', async () => {
    const port = await startTls(MUTUAL);
    const client = clientWith();
    const url = `https://${HOST}:${port}/`;
    const answers = await Promise.all([ours, theirs, ours].map((one) => send(client, url, certificate(one))));
    expect(answers.map(textOf)).toEqual(['leadrail', 'another', 'leadrail'].map((name) => `200 ${HOST}:${port} {"CN":"${name}.example"}`));
  });

  it.each<[string, ConnectionSettings]>([
    ['none', {}],
    ['one that they do not know', { tls: { certificate: selfSigned('stranger.example').cert, key: 'set below' } }],
  ])('says that they do not accept our certificate: %s', async (_, settings) => {
    const stranger = selfSigned('stranger.example');
    const port = await startTls(MUTUAL);
    const exchange = await send(clientWith(), `https://${HOST}:${port}/`, settings.tls === undefined ? {} : certificate(stranger));
    // Whether the alert or the end of the connection is seen first is up to the network.
    const { code, kind } = faultOutcome(faultOf(exchange), exchange.requestWritten, { timeoutMs: 1 });
    expect([['tls', 'transient'], ['connection', 'unknown'], ['connection', 'transient']]).toContainEqual([code, kind]);
  });

  it('trusts an authority of their own for this destination only', async () => {
    const port = await startTls();
    const client = clientWith({ additionalCertificates: [] });
    const url = `https://${HOST}:${port}/`;
    expect(textOf(await send(client, url, { tls: { certificate: ours.cert, key: ours.key, authority: server.cert } }))).toMatch(/^200/);
    expect(faultOf(await send(client, url, { tls: { certificate: ours.cert, key: ours.key } })).fault).toBe('tls');
  });

  it('says so when our key cannot be read', async () => {
    const port = await startTls();
    expect(await send(clientWith(), `https://${HOST}:${port}/`, { tls: { certificate: ours.cert, key: 'no key' } })).toMatchObject({ requestWritten: false, result: { fault: 'tls' } });
  });

  it.each(['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'])('takes %s for a lead that was not taken', (code) => {
    expect(faultOutcome({ kind: 'fault', fault: 'tls', code }, true, { timeoutMs: 1 })).toMatchObject({ kind: 'transient', code: 'tls', reason: expect.stringContaining('`tls.certificate`') as string });
  });
});

interface Proxy {
  url: string;
  port: number;
  targets: string[];
  authorizations: (string | undefined)[];
}

/** A proxy that makes tunnels, or answers `status`. */
async function startProxy(status = 200): Promise<Proxy> {
  const proxy: Proxy = { url: '', port: 0, targets: [], authorizations: [] };
  const one = createHttpServer();
  one.on('connect', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    proxy.targets.push(request.url ?? '');
    proxy.authorizations.push(request.headers['proxy-authorization']);
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const target = new URL(`http://${request.url ?? ''}`);
    const onward = connect(Number(target.port), target.hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    return onward;
  });
  proxy.port = await started(one);
  proxy.url = `http://127.0.0.1:${proxy.port}`;
  return proxy;
}

describe('a proxy', () => {
  it('leads to the buyer, whose certificate and host name are still the buyer’s', async () => {
    const [proxy, port] = [await startProxy(), await startTls()];
    const settings = { proxy: proxy.url.replace('//', '//me:p%40ss@') };
    const exchange = await send(clientWith(), `https://${HOST}:${port}/`, settings);
    expect(textOf(exchange)).toContain(`200 ${HOST}:${port}`);
    expect(exchange.address).toBe(`127.0.0.1:${proxy.port}`);
    // An address that we have looked at, never a name that the proxy would look up again.
    expect(proxy.targets).toEqual([`127.0.0.1:${port}`]);
    expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
  });

  it('makes a tunnel for plain HTTP too, and none beside the requests that ask for it', async () => {
    const proxy = await startProxy();
    const port = await started(createHttpServer((request, response) => response.end(request.headers.host)));
    const client = clientWith();
    expect(textOf(await send(client, `http://${HOST}:${port}/`, { proxy: proxy.url }))).toBe(`200 ${HOST}:${port}`);
    expect(textOf(await send(client, `http://${HOST}:${port}/`, {}))).toBe(`200 ${HOST}:${port}`);
    expect(proxy.targets).toHaveLength(1);
  });

  it.each([
    [407, { kind: 'permanent', code: 'configuration', reason: expect.stringContaining('user and password') as string }],
    [403, { kind: 'transient', code: 'connection', reason: expect.stringContaining('ERR_PROXY_403') as string }],
    [502, { kind: 'transient', code: 'connection' }],
  ])('that answers %i is told apart from the buyer', async (status, outcome) => {
    const proxy = await startProxy(status);
    const exchange = await send(clientWith(), `https://${HOST}/`, { proxy: proxy.url });
    expect(exchange.requestWritten).toBe(false);
    expect(faultOutcome(faultOf(exchange), false, { timeoutMs: 1 })).toMatchObject(outcome);
  });

  it.each([
    ['is down', async () => `http://127.0.0.1:${await closedPort()}`, 'connection'],
    ['answers nonsense', async () => `http://127.0.0.1:${(await tcp((socket) => socket.write('hello\r\n\r\n'))).port}`, 'proxy'],
    ['hangs up', async () => `http://127.0.0.1:${(await tcp((socket) => socket.end())).port}`, 'proxy'],
    ['never answers', async () => `http://127.0.0.1:${(await tcp(() => undefined)).port}`, 'timeout'],
  ])('that %s', async (_, proxyUrl, fault) => {
    const exchange = await clientWith().exchange({ method: 'GET', url: `http://${HOST}/`, headers: [], body: null }, { timeoutMs: 500, signal: new AbortController().signal, connection: { proxy: await proxyUrl() } });
    expect(exchange).toMatchObject({ requestWritten: false, result: { fault } });
  });

  it('is subject to the address policy, and so is what lies behind it', async () => {
    const proxy = await startProxy();
    const inside = clientWith({ resolveHost: () => Promise.resolve(['10.0.0.7']) });
    expect(faultOf(await send(inside, `https://${HOST}/`, { proxy: proxy.url }))).toMatchObject({ fault: 'address-refused', detail: expect.stringContaining('10.0.0.7') as string });
    const metadata = clientWith();
    expect(faultOf(await send(metadata, 'http://169.254.169.254/', { proxy: proxy.url })).fault).toBe('address-refused');
    expect(proxy.targets).toEqual([]);
    const nothingAllowed = clientWith({ allowedNetworks: [], resolveHost: () => Promise.resolve(['8.8.8.8']) });
    expect(faultOf(await send(nothingAllowed, `https://${HOST}/`, { proxy: proxy.url }))).toMatchObject({ fault: 'address-refused', detail: expect.stringContaining('127.0.0.1') as string });
  });
});

async function tcp(onConnection: Parameters<typeof createTcpServer>[0]) {
  const one = await createTcpServer(onConnection);
  onTestFinished(() => one.close());
  return one;
}
