import type { z } from 'zod';
import type { DestinationChecks } from '../domain/config/destination-checks.ts';
import type { DestinationCommon } from '../domain/config/destination.ts';
import type { Readiness } from '../domain/readiness/readiness.ts';
import type { ConnectionSettings } from '../egress/http-client.ts';
import { bindChannel, type BoundChannel } from './bind-channel.ts';
import { databaseChannel } from './database/index.ts';
import { dynamicsChannel } from './dynamics/index.ts';
import { emailChannel } from './email/index.ts';
import { googleSheetsChannel } from './google-sheets/index.ts';
import { hubspotChannel } from './hubspot/index.ts';
import { salesforceChannel } from './salesforce/index.ts';
import { smsChannel } from './sms/index.ts';
import { webhookChannel } from './webhook/index.ts';
import { zapierChannel } from './zapier/index.ts';
import { zohoChannel } from './zoho/index.ts';

export type { BoundChannel } from './bind-channel.ts';

/** Every destination type of this version, by its name. */
export const channels: ReadonlyMap<string, BoundChannel> = new Map(
  [
    bindChannel(webhookChannel),
    bindChannel(databaseChannel),
    bindChannel(emailChannel),
    bindChannel(smsChannel),
    bindChannel(googleSheetsChannel),
    bindChannel(hubspotChannel),
    bindChannel(salesforceChannel),
    bindChannel(dynamicsChannel),
    bindChannel(zohoChannel),
    bindChannel(zapierChannel),
  ].map((channel) => [channel.type, channel]),
);

/** The channel of a destination type, or undefined for a type that this version does not have. */
export function channelOf(type: string): BoundChannel | undefined {
  return channels.get(type);
}

/** The channel of a destination that was accepted. Throws for another type: then the configuration was not checked. */
export function boundChannelOf(type: string): BoundChannel {
  const channel = channels.get(type);
  if (!channel) throw new Error(`there is no channel for destinations of type "${type}"; this version has ${[...channels.keys()].join(', ')}`);
  return channel;
}

/** What each type accepts, for the configuration's schema. */
export const destinationSchemas: Readonly<Record<string, z.ZodType<DestinationCommon>>> = Object.fromEntries(
  [...channels.values()].map((channel) => [channel.type, channel.configSchema]),
);

/** What each type checks beyond shapes. */
export const destinationChecks: DestinationChecks = Object.fromEntries(
  [...channels.values()].map((channel) => [channel.type, (config: DestinationCommon) => channel.check(config)]),
);

/** How a destination's connections are made. */
export function connectionOf(destination: DestinationCommon): ConnectionSettings {
  return boundChannelOf(destination.type).connection(destination);
}

/** What a destination's configuration says of its readiness. */
export function readinessOf(destination: DestinationCommon): Readiness {
  return boundChannelOf(destination.type).readiness(destination);
}

/** The domain that a destination's emails come from; null where it sends none. */
export function senderDomainOf(destination: DestinationCommon): string | null {
  return boundChannelOf(destination.type).senderDomain(destination);
}

/** Where credentials stand in a destination. */
export function credentialPaths(destination: DestinationCommon): (string | number)[][] {
  return boundChannelOf(destination.type).credentialPaths(destination);
}
