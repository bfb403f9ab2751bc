import type { HttpClient, HttpExchange, HttpRequest } from '../../egress/http-client.ts';

/** Everything that one attempt says to Salesforce with one token, in the time that it has. */
export interface Conversation {
  /** Where the account's API is. */
  instanceUrl: string;
  /** One request, by its path; host and token are added. */
  ask: (request: HttpRequest) => Promise<HttpExchange>;
  timeoutMs: number;
}

interface Terms {
  instanceUrl: string;
  token: string;
  leftMs: number;
  timeoutMs: number;
  signal: AbortSignal;
}

/** Begins one: `leftMs` is for all its requests together. */
export function conversation(http: HttpClient, { instanceUrl, token, leftMs, timeoutMs, signal }: Terms): Conversation {
  const deadline = performance.now() + leftMs;
  return {
    instanceUrl,
    timeoutMs,
    ask: (request) => http.exchange(completeRequest(request, instanceUrl, token), { timeoutMs: Math.max(deadline - performance.now(), 1), signal }),
  };
}

/** The request as it leaves. */
export function completeRequest(request: HttpRequest, instanceUrl: string, token: string): HttpRequest {
  return { ...request, url: `${instanceUrl}${request.url}`, headers: [...request.headers, ['Authorization', `Bearer ${token}`]] };
}
