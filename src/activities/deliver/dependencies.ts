import type { Logger } from 'pino';
import type { Configuration } from '../../configuration/configuration.ts';
import type { HttpClient } from '../../egress/http-client.ts';
import type { Store } from '../../store/store.ts';
import type { BreakerReporter } from '../gate/breaker-reporter.ts';
import type { GateReader } from '../gate/gate-reader.ts';

/** What a delivery needs of the world. */
export interface DeliverDependencies {
  store: Store;
  configuration: Configuration;
  http: HttpClient;
  gates: GateReader;
  reporter: BreakerReporter;
  clock: () => Date;
  /** In [0, 1): for jitter. */
  random: () => number;
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  log: Logger;
}

/** What a delivery needs of the activity that it runs in. */
export interface DeliveryContext {
  workflowId: string;
  /** Aborts when the worker has to let go. */
  signal: AbortSignal;
  /** Kept by Temporal until the next attempt of this activity: an end that could not be written yet. */
  remember: (end: RememberedEnd | null) => void;
  /** What the attempt before remembered. */
  remembered: RememberedEnd | null;
}

/** An attempt whose end is known but not on disk. Codes only: it can be seen in the Temporal UI. */
export interface RememberedEnd {
  attempt: number;
  finishedAt: string;
  outcome: 'success' | 'failure' | 'error';
  kind: 'transient' | 'permanent' | 'unknown' | null;
  code: string | null;
  billable: boolean;
  price: number | null;
}
