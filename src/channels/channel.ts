import type { z } from 'zod';
import type { DestinationCommon } from '../domain/config/destination.ts';
import type { AttemptOutcome } from '../domain/delivery/outcome.ts';
import type { Lead } from '../domain/fields/lead.ts';
import type { MappingMistake } from '../domain/mapping/mistake.ts';
import type { Readiness } from '../domain/readiness/readiness.ts';
import type { RawAnswer } from '../domain/response/answer.ts';
import type { Reading } from '../domain/response/read.ts';
import type { ConnectionSettings, HttpClient, HttpExchange, HttpRequest } from '../egress/http-client.ts';
import type { Installation } from './installation.ts';
import type { RowQueue } from './rows.ts';
import type { TokenAccess } from './tokens/access.ts';
import type { TokenSettings } from './tokens/settings.ts';

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
  /** How its tokens are got, for a person who connects an account; absent for a channel without tokens, null for a destination without. */
  tokenSettings?(config: Config): TokenSettings | null;
  /** What the schema cannot say, found when the configuration is saved; references to secrets are not resolved yet. */
  check?(config: Config): ChannelFinding[];
  /** How its connections are made, whoever makes them; directly where this is absent. */
  connection?(config: Config): ConnectionSettings;
  /** How fast its credential may be used, whoever uses it; absent where nobody limits it. */
  limit?(config: Config, installation: Installation): CredentialLimit | null;
  /** What can be told of its readiness for leads from the configuration alone. */
  readiness(config: Config): Readiness;
  /** Makes the request from the lead: pure, the same bytes each time for the same input. */
  render(input: RenderInput<Config>, installation: Installation): RenderResult;
  /** What a person who looks at a preview should know of the request, beside what can be seen in it. */
  remarks?(request: RenderedRequest): string[];
  /** The domain that its emails come from, for a channel that sends any. */
  senderDomain?(config: Config): string | null;
  /** Addresses that a rendered request would reach, of the kind that can be suppressed; absent where there are none. */
  recipients?(request: RenderedRequest): string[];
  /** The request as it would leave, for a preview: as `send` completes it, without asking anybody for a token. Absent for a channel that makes no request of its own. */
  preview?(input: PreviewInput<Config>): HttpRequest;
  /** How an answer would be read, for a preview. Goes with `preview`. */
  readAnswer?(config: Config, answer: RawAnswer, now: Date): Reading;
  /** One attempt: sends the rendered request and reads the answer. Never throws for what the other side does. */
  send(input: SendInput<Config>): Promise<SendResult>;
  /**
   * Asked instead of `send` while nobody knows whether an attempt before arrived, for a provider that knows no delivery twice by
   * itself: what became of it? Null: it was not taken, so it may be sent. An outcome of kind `unknown`: still nobody knows, nothing is sent.
   */
  reconcile?(input: ReconcileInput<Config>): Promise<SendResult | null>;
  /** Whether this destination is asked so; each one of a channel with `reconcile`, unless it says otherwise. */
  reconciles?(config: Config): boolean;
  /** What the provider's callbacks about a delivery are signed with; null where nothing is set. For a channel that has such callbacks. */
  callbackToken?(config: Config, installation: Installation): string | null;
}

/** So many requests, evenly, and after a quiet time `burst` at once. */
export interface CredentialLimit {
  /** What it is counted by: the API key, the account. It is kept as a digest only. */
  credential: string;
  requests: number;
  per: 'second' | 'minute';
  burst: number;
}

/** Something about a destination's configuration. An error refuses it; a warning is shown to whoever saved it. */
export interface ChannelFinding {
  /** Relative to the destination. */
  path: (string | number)[];
  message: string;
  severity: 'error' | 'warning';
}

export interface RenderInput<Config> {
  /** The destination with its secrets resolved. */
  config: Config;
  lead: Lead;
  deliveryId: string;
}

/** `notes` are conditions that could not be evaluated and counted as false, for the lead's page. */
export type RenderResult = { ok: true; request: RenderedRequest; notes?: MappingMistake[] } | { ok: false; mistakes: MappingMistake[] };

/** The exact request but for credentials, which are added with each attempt. Kept, encrypted, so that retries send the same bytes. */
export interface RenderedRequest {
  method: string;
  /** A path alone where the host comes with the token. */
  url: string;
  headers: [name: string, value: string][];
  /** Null for a request without a body. */
  body: Uint8Array | null;
}

export interface PreviewInput<Config> {
  config: Config;
  request: RenderedRequest;
  deliveryId: string;
  now: Date;
}

export interface SendInput<Config> {
  config: Config;
  request: RenderedRequest;
  deliveryId: string;
  http: HttpClient;
  installation: Installation;
  /** The destination's tokens, where its credentials are given out by somebody. */
  tokens: TokenAccess;
  /** Where rows are handed in that are written together with others. */
  rows: RowQueue;
  /** Aborts when the worker has to let go of the attempt. */
  signal: AbortSignal;
  /** The time, for signatures and for dates in the answer. */
  now: () => Date;
}

/** When what may have arrived was sent; ISO 8601. */
export interface Doubt {
  /** The start of the first attempt in doubt. */
  since: string;
  /** The end of the last one. */
  until: string;
}

export interface ReconcileInput<Config> extends SendInput<Config> {
  doubt: Doubt;
}

export interface SendResult {
  outcome: AttemptOutcome;
  /** What crossed the wire, unmasked; absent for a channel that leaves the house by no request (`database`). */
  exchange?: HttpExchange;
  /** Further values that the configuration names in the answer. */
  captures?: Record<string, string>;
  /** The recipient has opted out of messages: nothing may be sent to this address or number any more. */
  optedOut?: string;
  /** Credentials that came with the attempt: no evidence may show them. */
  secrets?: string[];
  /** Conditions of the response rules that could not be evaluated and counted as false, and whatever else a person should know, for the lead's page. */
  notes?: string[];
}
