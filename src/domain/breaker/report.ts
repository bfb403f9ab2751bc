import type { ErrorCode } from '../delivery/outcome.ts';

/**
 * What a worker tells a buyer's entity about one destination: codes, ids and times only. Errors are reported at once,
 * then aggregated; a success only after errors, for a healthy buyer costs no message per lead.
 */
export interface Report {
  destination: string;
  errors: ReportedError[];
  /** Milliseconds since the epoch; null when none came since the last report. */
  lastSuccessAtMs: number | null;
  /** The end of a probe, when this report has one. */
  probe: { number: number; result: 'answered' | 'failed' } | null;
  /** When a health check passed that had failed before; absent when none did. */
  passedCheckAtMs?: number;
}

export type ReportedError = FailedDelivery | FailedCheck;

export interface FailedDelivery {
  atMs: number;
  code: ErrorCode;
  leadId: string;
}

/** A destination's own health check that failed: no lead was sent. */
export interface FailedCheck {
  /** When it began, by the database's clock. */
  atMs: number;
  code: 'health-check';
  leadId: null;
  /** For a person: what came back, and what to check. In our own words, never the other side's. */
  reason: string;
}

/** The breaker's settings of one buyer, as its configuration says. Times in milliseconds. */
export interface BreakerSettings {
  trips: number;
  cooldownMs: number;
  resume: 'auto' | 'manual';
}

/** What a transition asks for: published first, then alerts, then the release of what waits. */
export interface Transition {
  raised: RaisedAlert[];
  /** Destinations whose alerts are over. */
  recovered: string[];
  release: Release[];
}

export interface RaisedAlert {
  kind: 'breaker-open' | 'destination-shut';
  destination: string;
  leadId: string | null;
  reason: string;
  atMs: number;
}

/** Held deliveries to let go: one as a probe, or all. */
export interface Release {
  destination: string;
  amount: 'one' | 'all';
  /** When the outage began, for deliveries that ran out of retries in it; null when there was none. */
  outageSince: string | null;
}
