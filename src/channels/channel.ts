import type { z } from 'zod';
import type { DestinationCommon } from '../domain/config/destination.ts';
import type { AttemptOutcome } from '../domain/delivery/outcome.ts';
import type { Lead } from '../domain/fields/lead.ts';
import type { MappingMistake } from '../domain/mapping/mistake.ts';
import type { HttpClient, HttpExchange } from '../egress/http-client.ts';

/**
 * One destination type. A channel speaks its provider's language and nothing else: it decides no retry, keeps no state,
 * and knows neither Temporal nor the store.
 */
export interface Channel<Config extends DestinationCommon = DestinationCommon> {
  readonly type: string;
  /** What the configuration may say for this type; strict, with every default filled in. */
  readonly configSchema: z.ZodType<Config>;
  /** Where credentials stand in a destination's configuration: masked on reads, encrypted at rest. */
  credentialPaths(config: Config): (string | number)[][];
  /** Makes the request from the lead: pure, the same bytes each time for the same input. */
  render(input: RenderInput<Config>): RenderResult;
  /** One attempt: sends the rendered request and reads the answer. Never throws for what the other side does. */
  send(input: SendInput<Config>): Promise<SendResult>;
}

export interface RenderInput<Config> {
  /** The destination with its secrets resolved. */
  config: Config;
  lead: Lead;
  deliveryId: string;
}

export type RenderResult = { ok: true; request: RenderedRequest } | { ok: false; mistakes: MappingMistake[] };

/** The exact request but for credentials, which are added with each attempt. Kept, encrypted, so that retries send the same bytes. */
export interface RenderedRequest {
  method: string;
  url: string;
  headers: [name: string, value: string][];
  /** Null for a request without a body. */
  body: Uint8Array | null;
}

export interface SendInput<Config> {
  config: Config;
  request: RenderedRequest;
  deliveryId: string;
  http: HttpClient;
  /** Aborts when the worker has to let go of the attempt. */
  signal: AbortSignal;
}

export interface SendResult {
  outcome: AttemptOutcome;
  /** What crossed the wire, unmasked; absent for a channel that leaves the house by no request (`database`). */
  exchange?: HttpExchange;
}
