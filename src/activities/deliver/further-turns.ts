import type { HttpClient } from '../../egress/http-client.ts';

/** Waits until one more request may leave, at most so many milliseconds. */
export type FurtherTurn = (patienceMs: number) => Promise<void>;

/**
 * A client for one attempt, which has had its turn before its first request: each further one (an update after a conflict, a try with
 * another token) counts for the credential's limit too. What it waits is taken off the time that it has.
 */
export function withFurtherTurns(http: HttpClient, turn: FurtherTurn): HttpClient {
  let isFirst = true;
  return {
    exchange: async (request, options) => {
      const began = performance.now();
      if (!isFirst) await turn(options.timeoutMs / 2);
      isFirst = false;
      return http.exchange(request, { ...options, timeoutMs: Math.max(options.timeoutMs - (performance.now() - began), 1) });
    },
    close: () => http.close(),
  };
}
