import type { ConnectionSettings, HttpClient } from './http-client.ts';

/** The same client by a destination's own certificate or proxy, whatever is asked for: the request itself, a token, its health. */
export function connectedBy(http: HttpClient, connection: ConnectionSettings): HttpClient {
  return { exchange: (request, options) => http.exchange(request, { ...options, connection }), close: () => http.close() };
}
