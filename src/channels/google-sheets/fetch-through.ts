import type { HttpClient, HttpFault } from '../../egress/http-client.ts';
import { redirected } from './addresses.ts';

/** No answer came. What Google's client gets instead of an answer, and wraps. */
export class ExchangeFault extends Error {
  override name = 'ExchangeFault';

  constructor(
    readonly fault: HttpFault,
    readonly requestWritten: boolean,
    readonly address: string | undefined,
  ) {
    super(fault.code);
  }
}

/** Of a column that is read once more after an answer was lost: a long sheet is long. */
const LONGEST_ANSWER_BYTES = 64 * 1024 * 1024;
/** Statuses whose answers have no body (Fetch standard: "null body status"). */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** `fetch` for Google's client: its calls leave the house as all others do, with the address policy and the destination's timeout. */
export function fetchThrough(http: HttpClient, { baseUrl, timeoutMs }: { baseUrl: string | null; timeoutMs: number }): typeof fetch {
  return async (input, init) => {
    const asked = new Request(input, init);
    const exchange = await http.exchange(
      { method: asked.method, url: redirected(asked.url, baseUrl), headers: [...asked.headers], body: asked.body === null ? null : new Uint8Array(await asked.arrayBuffer()) },
      { timeoutMs, signal: asked.signal, maxResponseBytes: LONGEST_ANSWER_BYTES },
    );
    const { result, requestWritten, address } = exchange;
    if (result.kind === 'fault') throw new ExchangeFault(result, requestWritten, address);
    return new Response(WITHOUT_BODY.has(result.status) ? null : new Uint8Array(result.body), { status: result.status, headers: result.headers });
  };
}
