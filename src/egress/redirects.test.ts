import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { HttpExchange, HttpOptions, HttpRequest } from './http-client.ts';
import { redirectedRequest } from './redirected-request.ts';
import { closedPort, listen } from './tcp-server.test-support.ts';
import { createHttpClient } from './undici-http-client.ts';

const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
afterAll(() => http.close());

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

async function startServer(answer: (seen: Seen, response: ServerResponse) => void): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
      seen.push(one);
      answer(one, response);
    });
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}`, seen };
}

const REQUEST: Omit<HttpRequest, 'url'> = {
  method: 'POST',
  headers: [['Content-Type', 'text/plain'], ['Authorization', 'Bearer t'], ['X-Api-Key', 'k'], ['Idempotency-Key', 'd-1']],
  body: Buffer.from('a lead'),
};

function send(url: string, options: Partial<HttpOptions>): Promise<HttpExchange> {
  return http.exchange({ ...REQUEST, url }, { timeoutMs: 10_000, signal: new AbortController().signal, ...options });
}

const to = (status: number, location: string) => (_: Seen, response: ServerResponse) => response.writeHead(status, { location }).end();
const answer = (_: Seen, response: ServerResponse) => response.end('ok');

describe('redirects', () => {
  it('are not followed unless that is allowed', async () => {
    const server = await startServer(to(307, '/other'));
    const exchange = await send(server.url, {});
    expect(exchange.result).toMatchObject({ kind: 'response', status: 307 });
    expect(exchange.redirects).toBeUndefined();
    expect(server.seen).toHaveLength(1);
  });

  it.each([307, 308])('send the same lead again after %i, on the same origin with everything', async (status) => {
    const server = await startServer((seen, response) => (seen.url === '/' ? to(status, '/other?a=1')(seen, response) : answer(seen, response)));
    const exchange = await send(`${server.url}/`, { redirects: 1 });
    expect(exchange).toMatchObject({ requestWritten: true, request: { url: `${server.url}/` }, result: { status: 200 }, redirects: [{ status, origin: server.url }] });
    expect(server.seen[1]).toMatchObject({ method: 'POST', url: '/other?a=1', body: 'a lead', headers: { authorization: 'Bearer t', 'x-api-key': 'k', 'idempotency-key': 'd-1' } });
  });

  it.each([301, 302, 303])('fetch what a POST led to after %i', async (status) => {
    const server = await startServer((seen, response) => (seen.method === 'POST' ? to(status, '/thanks')(seen, response) : answer(seen, response)));
    expect((await send(server.url, { redirects: 3 })).result).toMatchObject({ status: 200 });
    expect(server.seen[1]).toMatchObject({ method: 'GET', url: '/thanks', body: '' });
    expect(server.seen[1]?.headers).not.toHaveProperty('content-type');
  });

  it('take no credentials to another origin', async () => {
    const other = await startServer(answer);
    const server = await startServer(to(307, `${other.url}/in`));
    const exchange = await send(server.url, { redirects: 1 });
    expect(exchange).toMatchObject({ address: other.url.replace('http://', ''), redirects: [{ origin: other.url }] });
    expect(other.seen[0]).toMatchObject({ body: 'a lead', headers: { 'idempotency-key': 'd-1' } });
    expect(other.seen[0]?.headers).not.toHaveProperty('authorization');
    expect(other.seen[0]?.headers).not.toHaveProperty('x-api-key');
  });

  it('end where there are more than allowed', async () => {
    const server = await startServer((seen, response) => to(307, `${seen.url}x`)(seen, response));
    const exchange = await send(`${server.url}/`, { redirects: 2 });
    expect(exchange.result).toMatchObject({ status: 307 });
    expect(exchange.redirects).toHaveLength(2);
    expect(server.seen).toHaveLength(3);
  });

  it('go nowhere that the address policy refuses, and say which address and which setting', async () => {
    const server = await startServer(to(307, 'http://169.254.169.254/latest/meta-data'));
    const exchange = await send(server.url, { redirects: 1 });
    expect(exchange).toMatchObject({ requestWritten: true, result: { kind: 'fault', fault: 'address-refused', detail: expect.stringMatching(/169\.254\.169\.254 .*LEADRAIL_ALLOWED_NETWORKS/) as string } });
  });

  it('leave an attempt unknown where the next server is away: the first one had the lead', async () => {
    const server = await startServer(to(307, `http://127.0.0.1:${await closedPort()}/`));
    expect(await send(server.url, { redirects: 1 })).toMatchObject({ requestWritten: true, result: { kind: 'fault', fault: 'connection' } });
  });

  it('share the timeout of the whole', async () => {
    const server = await startServer((seen, response) => {
      if (seen.url === '/') to(307, '/slow')(seen, response);
    });
    expect(await send(`${server.url}/`, { redirects: 1, timeoutMs: 300 })).toMatchObject({ result: { kind: 'fault', fault: 'timeout' } });
  });
});

describe('redirectedRequest', () => {
  const from = (url: string, location: string | null, status = 307) =>
    redirectedRequest({ ...REQUEST, url }, { kind: 'response', status, headers: location === null ? [] : [['location', location]], body: new Uint8Array(), bodyTruncated: false });

  it.each<[string, string, string | null]>([
    ['without an address', 'https://a.example/x', null],
    ['to what is no address', 'https://a.example/x', 'http://['],
    ['away from https', 'https://a.example/x', 'http://a.example/x'],
    ['to another protocol', 'http://a.example/x', 'ftp://a.example/x'],
    ['to an address with credentials', 'http://a.example/x', 'http://me:pw@a.example/x'],
  ])('follows none %s', (_, url, location) => {
    expect(from(url, location)).toBeNull();
  });

  it('follows to https, and relative to where it was', () => {
    expect(from('http://a.example/x/y', '../z')?.url).toBe('http://a.example/z');
    expect(from('http://a.example/x', 'https://a.example/x')?.url).toBe('https://a.example/x');
    expect(from('http://a.example/x', '//b.example')?.url).toBe('http://b.example/');
  });

  it('keeps the method of what is no POST, but after 303', () => {
    const put = (status: number) => redirectedRequest({ ...REQUEST, method: 'PUT', url: 'http://a.example' }, { kind: 'response', status, headers: [['location', '/b']], body: new Uint8Array(), bodyTruncated: false });
    expect([301, 302, 303, 307].map((status) => put(status)?.method)).toEqual(['PUT', 'PUT', 'GET', 'PUT']);
    expect(put(304)).toBeNull();
  });
});
