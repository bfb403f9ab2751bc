import type { HttpClient, HttpExchange, HttpRequest } from '../../egress/http-client.ts';

/** Everything that one attempt says to Dynamics with one token, in the time that it has. */
export interface Conversation {
  /** One request; the token and what OData wants are added. */
  ask: (request: HttpRequest) => Promise<HttpExchange>;
  timeoutMs: number;
}

/** Begins one: `leftMs` is for all its requests together. */
export function conversation(http: HttpClient, { token, leftMs, timeoutMs, signal }: { token: string; leftMs: number; timeoutMs: number; signal: AbortSignal }): Conversation {
  const deadline = performance.now() + leftMs;
  return {
    timeoutMs,
    ask: ({ headers, ...request }) =>
      http.exchange({ ...request, headers: [...headers, ['Authorization', `Bearer ${token}`]] }, { timeoutMs: Math.max(deadline - performance.now(), 1), signal }),
  };
}

/** A read, as OData wants it. */
export function readRequest(url: string): HttpRequest {
  return { method: 'GET', url, headers: [['Accept', 'application/json'], ['OData-MaxVersion', '4.0'], ['OData-Version', '4.0']], body: null };
}
