import type { Logger } from 'pino';
import type { Installation } from '../channels/installation.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { HttpClient } from '../egress/http-client.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Store } from '../store/store.ts';
import type { Engine } from '../temporal/engine.ts';
import type { BuyerSync } from './config/buyer-sync.ts';
import type { LeadStarter } from './intake/lead-starter.ts';
import type { Redelivery } from './redelivery/redelivery.ts';

/** Everything the API stands on. Made and closed by whoever composes the process. */
export interface ApiDependencies {
  store: Store;
  configuration: Configuration;
  engine: Engine;
  /** The way out, behind the address policy. */
  http: HttpClient;
  /** For previews, and for what providers sign their callbacks with. */
  installation: Installation;
  settings: ApiSettings;
  log: Logger;
  /** The present, so that nothing below reads a clock of its own. */
  clock: () => Date;
  redeliver: Redelivery;
  /** Starts workflows behind the answers; the composer closes it after the server. */
  leadStarter: LeadStarter;
  /** Tells Temporal what the configuration says, and remembers when it could not. */
  buyerSync: BuyerSync;
  metrics: Metrics;
}

export interface ApiSettings {
  /** Where clients reach the API, without a slash at its end, e.g. `http://127.0.0.1:8080`. */
  publicUrl: string;
  adminKey: string;
  /** The most that a body may have, decompressed. */
  bodyLimitBytes: number;
  /** The most intake calls that this process answers at once, those that wait included; `DEFAULT_INTAKE_AT_ONCE` unless set. */
  intakeAtOnce?: number;
  version: string;
  /** By which callbacks of Resend are signed; without it they are not taken. */
  resendWebhookSecret?: string | null;
}

/** The default of `bodyLimitBytes`: 1 MiB. */
export const DEFAULT_BODY_LIMIT_BYTES = 1_048_576;

/** The default of `intakeAtOnce`: far more than a database that keeps up ever has waiting, and little enough for the memory. */
export const DEFAULT_INTAKE_AT_ONCE = 1_000;
