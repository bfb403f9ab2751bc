import { Resend, type Response } from 'resend';
import { z } from 'zod';
import type { HttpExchange, HttpRequest } from '../../egress/http-client.ts';
import { resendResponse, unanswered } from './resend-response.ts';

/** Resend refuses requests without one (docs, "API Reference: User-Agent"). */
export const USER_AGENT = 'leadrail';

/** How the SDK's requests leave the house. */
export type Transport = (request: HttpRequest) => Promise<HttpExchange>;

const requestOptionsSchema = z.object({ method: z.string(), body: z.string().optional(), headers: z.instanceof(Headers) });

/** Resend's SDK over our own way out, so that address policy, timeouts and evidence hold for it. Everything but the last step is the SDK's. */
export class ResendClient extends Resend {
  readonly #transport: Transport;

  constructor({ apiKey, baseUrl, transport }: { apiKey: string; baseUrl: string; transport: Transport }) {
    super(apiKey, { baseUrl, userAgent: USER_AGENT });
    this.#transport = transport;
  }

  /** In the place of the SDK's call of the global `fetch`; its contract is `resendResponse`. */
  override async fetchRequest<T>(path: string, options: object = {}): Promise<Response<T>> {
    const { method, body, headers } = requestOptionsSchema.parse(options);
    const { result } = await this.#transport({
      method,
      url: `${this.baseUrl}${path}`,
      headers: [...headers.entries()],
      body: body === undefined ? null : Buffer.from(body, 'utf8'),
    });
    return result.kind === 'fault' ? unanswered(`The request could not be made: ${result.fault}.`) : resendResponse<T>(result);
  }
}
