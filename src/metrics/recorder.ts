import type { ErrorKind } from '../domain/delivery/outcome.ts';
import type { SettledState } from '../domain/delivery/state.ts';

/** How intake ended for one lead. `known`: its idempotency key had brought it before; `limited`: too many at once; `unavailable`: the database was away. */
export type IntakeResult = 'stored' | 'no-route' | 'known' | 'conflict' | 'invalid' | 'limited' | 'unavailable' | 'error';

export interface ReceivedLead {
  /** From the configuration, never from the request. */
  source: string;
  result: IntakeResult;
  /** From the request's headers to the lead on disk; what `?wait=` waits for is not in it. */
  durationMs: number;
}

/** Which destination; all three come from the configuration, so that there are only so many. */
export interface DestinationLabels {
  buyer: string;
  destination: string;
  /** E.g. `webhook`. */
  type: string;
}

export interface EndedAttempt extends DestinationLabels {
  outcome: 'success' | 'failure' | 'error';
  /** Null unless the outcome is `error`. */
  kind: ErrorKind | null;
  durationMs: number;
  /** Temporal will try this delivery again by itself. */
  willRetry: boolean;
}

export interface SettledDelivery extends DestinationLabels {
  state: SettledState;
}

/** What a provider said of a message after it took it. */
export interface ToldDelivery extends DestinationLabels {
  news: 'confirmed' | 'bounced-hard' | 'bounced-soft' | 'failed' | 'complained';
}

export interface BreakerReported {
  buyer: string;
  destination: string;
  /** `failed`: Temporal was away; the report is sent again with the next. */
  result: 'sent' | 'failed';
}

/** What repeats in the background: looking after leads, reviving buyers' entities, telling Temporal of the configuration. */
export type SweepName = 'leads' | 'buyers' | 'buyer-sync';

/** What the sweep of leads comes upon: each is something that the ordinary way has missed. */
export type SweepFinding = 'overdue-gate' | 'unconfirmed-lead' | 'held-destination' | 'overdue-hold';

/** What happens is told here, as it happens. Nothing personal goes in, and no call ever throws or waits. */
export interface Recorder {
  leadReceived(lead: ReceivedLead): void;
  /** Every answer of `POST /v1/leads` by its HTTP status, also those that never got as far as a lead. */
  intakeAnswered(status: number | 'gone'): void;
  attemptEnded(attempt: EndedAttempt): void;
  deliverySettled(delivery: SettledDelivery): void;
  deliveryNews(told: ToldDelivery): void;
  breakerReported(report: BreakerReported): void;
  swept(sweep: SweepName, result: 'ok' | 'failed'): void;
  sweepFound(finding: SweepFinding, count: number): void;
}
