import type { Logger } from 'pino';
import type { Configuration } from '../../configuration/configuration.ts';
import type { Installation } from '../../channels/installation.ts';
import type { SharedTokens } from '../../channels/tokens/shared-tokens.ts';
import type { HttpClient } from '../../egress/http-client.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Store } from '../../store/store.ts';
import type { RowLine } from '../sheets/row-line.ts';
import type { BreakerReporter } from '../gate/breaker-reporter.ts';
import type { GateReader } from '../gate/gate-reader.ts';

/** What a delivery needs of the world. */
export interface DeliverDependencies {
  store: Store;
  configuration: Configuration;
  http: HttpClient;
  tokens: Pick<SharedTokens, 'of'>;
  rows: Pick<RowLine, 'of'>;
  installation: Installation;
  gates: GateReader;
  reporter: BreakerReporter;
  clock: () => Date;
  /** In [0, 1): for jitter. */
  random: () => number;
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  log: Logger;
  metrics: Pick<Metrics, 'attemptEnded' | 'deliverySettled'>;
}

/** What a delivery needs of the activity that it runs in. */
export interface DeliveryContext {
  workflowId: string;
  /** Aborts when the worker has to let go. */
  signal: AbortSignal;
  /** Which try of the activity this is, from 1. */
  tryNumber: number;
  /** Kept by Temporal until the next try of this activity: an end that could not be written yet. */
  remember: (end: RememberedEnd) => void;
  /** What the tries before remembered. */
  remembered: readonly RememberedEnd[];
}

/** An attempt whose end is known but not on disk. Codes only: it can be seen in the Temporal UI. */
export interface RememberedEnd {
  deliveryId: string;
  attempt: number;
  finishedAt: string;
  outcome: 'success' | 'failure' | 'error';
  kind: 'transient' | 'permanent' | 'unknown' | null;
  code: string | null;
  billable: boolean;
  price: number | null;
}
