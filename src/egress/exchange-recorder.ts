import type { HttpClient, HttpExchange } from './http-client.ts';

/** One of an attempt's exchanges, with its time. */
export interface TimedExchange {
  /** ISO 8601. */
  startedAt: string;
  durationMs: number;
  exchange: HttpExchange;
}

/** A client that keeps what goes through it, in the order of the answers. */
export interface ExchangeRecorder {
  http: HttpClient;
  exchanges: readonly TimedExchange[];
}

/** Listens to a client: for an attempt of which every request shall be provable, not the one alone that its outcome is read from. */
export function recordExchanges(http: HttpClient, clock: () => Date): ExchangeRecorder {
  const exchanges: TimedExchange[] = [];
  return {
    exchanges,
    http: {
      exchange: async (request, options) => {
        const startedAt = clock();
        const exchange = await http.exchange(request, options);
        exchanges.push({ startedAt: startedAt.toISOString(), durationMs: Math.max(clock().getTime() - startedAt.getTime(), 0), exchange });
        return exchange;
      },
      close: () => http.close(),
    },
  };
}
