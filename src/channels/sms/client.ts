import twilio from 'twilio';
import { z } from 'zod';
import type { HttpClient, HttpExchange, HttpRequest } from '../../egress/http-client.ts';
import type { TwilioAccount } from './account.ts';

/** What Twilio's client is about to send. */
const requestSchema = z.object({
  method: z.string(),
  uri: z.string(),
  params: z.record(z.string(), z.unknown()).optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});

export type ClientRequest = z.output<typeof requestSchema>;

export interface ClientOrder {
  account: TwilioAccount;
  baseUrl: string;
  http: HttpClient;
  timeoutMs: number;
  signal: AbortSignal;
  maxResponseBytes?: number;
  /** The request as it leaves, made of what the client wants to send. */
  complete: (request: ClientRequest) => HttpRequest;
}

/** No answer came: the exchange says why. */
class NoAnswer extends Error {
  override name = 'NoAnswer';
}

/**
 * Makes one call with Twilio's own client over our way out, and gives what crossed the wire: that is what is read, and what the
 * client makes of it is not asked. The client opens no connection, tries nothing again, and reads no environment.
 */
export async function exchangeByClient(order: ClientOrder, call: (client: twilio.Twilio) => Promise<unknown>): Promise<HttpExchange> {
  const made: HttpExchange[] = [];
  const { accountSid, authToken } = order.account;
  // Texts for edge, region and log level, for without them it looks into the environment.
  const client = twilio(accountSid, authToken, { httpClient: transport(order, made), autoRetry: false, edge: '', region: '', logLevel: '' });
  client.api.baseUrl = order.baseUrl;
  let refused: unknown;
  await call(client).catch((error: unknown) => (refused = error));
  const [exchange] = made;
  if (exchange === undefined) throw new Error('Twilio’s client sent nothing', { cause: refused });
  return exchange;
}

function transport({ http, timeoutMs, signal, maxResponseBytes, complete }: ClientOrder, made: HttpExchange[]): twilio.RequestClient {
  const request = async (options: unknown) => {
    const exchange = await http.exchange(complete(requestSchema.parse(options)), { timeoutMs, signal, ...(maxResponseBytes === undefined ? {} : { maxResponseBytes }) });
    made.push(exchange);
    const { result } = exchange;
    if (result.kind === 'fault') throw new NoAnswer(result.code);
    return { statusCode: result.status, headers: Object.fromEntries(result.headers), body: new TextDecoder().decode(result.body) };
  };
  // Its constructor would make an agent by the environment's proxy and certificates; only the type is needed.
  const instance: unknown = Object.create(twilio.RequestClient.prototype, { request: { value: request } });
  if (!(instance instanceof twilio.RequestClient)) throw new TypeError('Twilio’s client has another form than it is made for');
  return instance;
}
