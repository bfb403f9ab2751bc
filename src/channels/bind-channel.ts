import type { z } from 'zod';
import type { DestinationCommon } from '../domain/config/destination.ts';
import type { Readiness } from '../domain/readiness/readiness.ts';
import type { RawAnswer } from '../domain/response/answer.ts';
import type { Reading } from '../domain/response/read.ts';
import type { ConnectionSettings, HttpRequest } from '../egress/http-client.ts';
import type { Channel, ChannelFinding, CredentialLimit, PreviewInput, ReconcileInput, RenderedRequest, RenderInput, RenderResult, SendInput, SendResult } from './channel.ts';
import type { Installation } from './installation.ts';
import type { TokenSettings } from './tokens/settings.ts';

/** A channel whose configuration type is its own affair: it takes any destination that its own schema has read. */
export interface BoundChannel {
  readonly type: string;
  readonly configSchema: z.ZodType<DestinationCommon>;
  credentialPaths(config: DestinationCommon): (string | number)[][];
  /** Null for a destination without tokens. */
  tokenSettings(config: DestinationCommon): TokenSettings | null;
  check(config: DestinationCommon): ChannelFinding[];
  readiness(config: DestinationCommon): Readiness;
  connection(config: DestinationCommon): ConnectionSettings;
  /** Null where nobody limits it. */
  limit(config: DestinationCommon, installation: Installation): CredentialLimit | null;
  render(input: RenderInput<DestinationCommon>, installation: Installation): RenderResult;
  remarks(request: RenderedRequest): string[];
  /** Null where no emails are sent. */
  senderDomain(config: DestinationCommon): string | null;
  recipients(request: RenderedRequest): string[];
  /** Null for a channel that makes no request of its own. */
  preview(input: PreviewInput<DestinationCommon>): HttpRequest | null;
  readAnswer(config: DestinationCommon, answer: RawAnswer, now: Date): Reading | null;
  send(input: SendInput<DestinationCommon>): Promise<SendResult>;
  /** Null too for a channel that cannot look up: what may have arrived is sent again, with the same id. */
  reconcile(input: ReconcileInput<DestinationCommon>): Promise<SendResult | null>;
  canReconcile(config: DestinationCommon): boolean;
  /** Null too for a channel without callbacks. */
  callbackToken(config: DestinationCommon, installation: Installation): string | null;
}

/**
 * Makes channels of different configuration types fit one map. The bound schema remembers what it has read, so that a
 * destination gets its own type back by being looked up instead of by being trusted. Throws, when used, for a destination
 * that this schema did not read (a copy, or another channel's): a mistake of ours.
 */
export function bindChannel<Config extends DestinationCommon>(channel: Channel<Config>): BoundChannel {
  const known = new WeakMap<DestinationCommon, Config>();
  const own = (config: DestinationCommon): Config => {
    const read = known.get(config);
    if (!read) throw new Error(`destination ${config.id} was not read by the ${channel.type} channel’s schema; use it as it came from the schema`);
    return read;
  };
  return {
    type: channel.type,
    configSchema: channel.configSchema.transform((config) => {
      known.set(config, config);
      return config;
    }),
    credentialPaths: (config) => channel.credentialPaths(own(config)),
    tokenSettings: (config) => channel.tokenSettings?.(own(config)) ?? null,
    check: (config) => channel.check?.(own(config)) ?? [],
    connection: (config) => channel.connection?.(own(config)) ?? {},
    limit: (config, installation) => channel.limit?.(own(config), installation) ?? null,
    readiness: (config) => channel.readiness(own(config)),
    render: (input, installation) => channel.render({ ...input, config: own(input.config) }, installation),
    remarks: (request) => channel.remarks?.(request) ?? [],
    senderDomain: (config) => channel.senderDomain?.(own(config)) ?? null,
    recipients: (request) => channel.recipients?.(request) ?? [],
    preview: (input) => channel.preview?.({ ...input, config: own(input.config) }) ?? null,
    readAnswer: (config, answer, now) => channel.readAnswer?.(own(config), answer, now) ?? null,
    send: (input) => channel.send({ ...input, config: own(input.config) }),
    reconcile: async (input) => (await channel.reconcile?.({ ...input, config: own(input.config) })) ?? null,
    canReconcile: (config) => channel.reconcile !== undefined && (channel.reconciles?.(own(config)) ?? true),
    callbackToken: (config, installation) => channel.callbackToken?.(own(config), installation) ?? null,
  };
}
