import diagnostics from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { createAddressPolicy } from './address-policy.ts';
import { pendingDetail, type PendingConnection } from './connector.ts';
import { decodeBody } from './decode-body.ts';
import { ExchangeHandler, type EncodedResponse } from './exchange-handler.ts';
import type { ConnectionSettings, HttpClient, HttpExchange, HttpFault, HttpOptions, HttpRequest, HttpResponse, Redirect } from './http-client.ts';
import { Pools } from './pools.ts';
import { redirectedRequest } from './redirected-request.ts';
import { createHostResolver, type ResolveHost } from './resolve-host.ts';
import { writeSocketAddress } from './socket-address.ts';

export interface HttpClientOptions {
  /** CIDRs of networks that are not public and may be reached all the same. */
  allowedNetworks: readonly string[];
  /** Connections to one origin at the same time; further requests wait for a free one within their own timeout. Default 50. */
  connectionsPerOrigin?: number;
  /** Sent where a request names none. */
  userAgent?: string;
  /** PEM certificates trusted beside Node's own, for a buyer with an authority of their own. */
  additionalCertificates?: readonly string[];
  /** Instead of the system's resolver. */
  resolveHost?: ResolveHost;
}

const CONNECTIONS_PER_ORIGIN = 50;
const MAX_RESPONSE_BYTES = 256 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
const LONGEST_TIMER_MS = 2_147_483_647;

/** The one way out over HTTP: undici's pools behind the address policy. Throws when an allowed network cannot be read. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  return new UndiciHttpClient(options);
}

class UndiciHttpClient implements HttpClient {
  readonly #pools: Pools;
  readonly #userAgent: string;
  readonly #pending = new Map<string, PendingConnection>();
  /** Set only from `onRequestStart` to the announcement of the socket that follows it in the same turn. */
  #starting: ExchangeHandler | null = null;

  constructor(options: HttpClientOptions) {
    this.#userAgent = options.userAgent ?? 'Leadrail';
    const connector = {
      isAllowed: createAddressPolicy(options.allowedNetworks),
      resolveHost: options.resolveHost ?? createHostResolver(),
      additionalCertificates: options.additionalCertificates ?? [],
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      pending: this.#pending,
    };
    this.#pools = new Pools(connector, options.connectionsPerOrigin ?? CONNECTIONS_PER_ORIGIN);
    diagnostics.subscribe('undici:client:sendHeaders', this.#onSendHeaders);
  }

  /** undici says which socket it writes to only on this channel, which all users of undici in the process share. */
  readonly #onSendHeaders = (message: unknown): void => {
    const handler = this.#starting;
    if (!handler) return;
    this.#starting = null;
    if (typeof message === 'object' && message !== null && 'socket' in message && message.socket instanceof Socket) {
      handler.address = writeSocketAddress(message.socket);
    }
  };

  async exchange(request: HttpRequest, options: HttpOptions): Promise<HttpExchange> {
    const startedAt = performance.now();
    const first = this.#withUserAgent(request);
    const redirects: Redirect[] = [];
    let sent = first;
    let requestWritten = false;
    for (;;) {
      const connection = sent === first || isSameOrigin(sent.url, first.url) ? options.connection : withoutCertificate(options.connection);
      const exchange = await this.#exchangeOnce(sent, { ...options, ...(connection === undefined ? {} : { connection }), timeoutMs: options.timeoutMs - (performance.now() - startedAt) });
      requestWritten ||= exchange.requestWritten;
      const next = exchange.result.kind === 'response' && redirects.length < (options.redirects ?? 0) ? redirectedRequest(sent, exchange.result) : null;
      if (next === null || exchange.result.kind !== 'response') return { ...exchange, request: first, requestWritten, ...(redirects.length === 0 ? {} : { redirects }) };
      redirects.push({ status: exchange.result.status, origin: new URL(next.url).origin });
      sent = next;
    }
  }

  async #exchangeOnce(sent: HttpRequest, { timeoutMs, signal, connection = {}, maxResponseBytes = MAX_RESPONSE_BYTES }: HttpOptions): Promise<HttpExchange> {
    const url = httpUrl(sent.url);
    if (!url) return { request: sent, requestWritten: false, result: fault('invalid-request', 'ERR_INVALID_URL') };
    if (signal.aborted) return { request: sent, requestWritten: false, result: ABORTED };
    const startedAt = performance.now();
    const handler = new ExchangeHandler(maxResponseBytes, (starting) => (this.#starting = starting));
    const onTimeout = () => {
      const detail = handler.written ? undefined : pendingDetail(this.#pending, url);
      handler.giveUp({ ...fault('timeout', 'ETIMEDOUT'), ...(detail === undefined ? {} : { detail }) });
    };
    const timer = setTimeout(onTimeout, boundedTimeout(timeoutMs));
    const onAbort = () => handler.giveUp(ABORTED);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const headers = sent.headers.flat();
      this.#pools.for(connection).dispatch({ origin: url.origin, path: url.pathname + url.search, method: sent.method, headers, body: sent.body }, handler);
      const end = await handler.ended;
      return {
        request: sent,
        requestWritten: handler.written,
        ...(handler.address === undefined ? {} : { address: handler.address }),
        ...(handler.firstByteAt === undefined ? {} : { timeToFirstByteMs: Math.round(handler.firstByteAt - startedAt) }),
        result: end.kind === 'fault' ? end : await decoded(end, maxResponseBytes),
      };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  async close(): Promise<void> {
    await this.#pools.close();
    diagnostics.unsubscribe('undici:client:sendHeaders', this.#onSendHeaders);
  }

  #withUserAgent(request: HttpRequest): HttpRequest {
    if (request.headers.some(([name]) => name.toLowerCase() === 'user-agent')) return request;
    return { ...request, headers: [...request.headers, ['user-agent', this.#userAgent]] };
  }
}

function isSameOrigin(one: string, other: string): boolean {
  return new URL(one).origin === new URL(other).origin;
}

/** Who was led to another origin is not told there who we are; the proxy stays, for our address is known by it. */
function withoutCertificate({ proxy }: ConnectionSettings = {}): ConnectionSettings {
  return proxy === undefined ? {} : { proxy };
}

const ABORTED = fault('aborted', 'ABORT_ERR');

function fault(name: HttpFault['fault'], code: string): HttpFault {
  return { kind: 'fault', fault: name, code };
}

/** No way leads to "no timeout": zero and nonsense mean at once, and more than a timer can hold means its most. */
function boundedTimeout(timeoutMs: number): number {
  return Number.isNaN(timeoutMs) ? 1 : Math.min(Math.max(timeoutMs, 1), LONGEST_TIMER_MS);
}

function httpUrl(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
}

async function decoded(response: EncodedResponse, maxBytes: number): Promise<HttpResponse> {
  const contentEncoding = response.headers.find(([name]) => name === 'content-encoding')?.[1] ?? '';
  const { body, truncated } = await decodeBody({ body: response.body, truncated: response.bodyTruncated }, contentEncoding, maxBytes);
  return { ...response, body, bodyTruncated: truncated };
}
