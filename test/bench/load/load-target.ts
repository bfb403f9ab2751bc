import type { Arrivals } from '../sink/arrivals.ts';

/** Where leads are sent, and where they are seen to arrive. */
export interface LoadTarget {
  /** Of the HTTP API. */
  address: string;
  intakeKey: string;
  arrivals: Arrivals;
  signal: AbortSignal;
}

/** What the n-th lead of a load is, counted from 1. */
export type LeadOf = (number: number) => LeadToSend;

export interface LeadToSend {
  fields: Record<string, string>;
  /** Deliveries that have to arrive before it counts as done. */
  deliveries: number;
}

/** One lead's way, in times of `nowMs`. */
export interface DeliveredLead {
  /** Its place in the load, from 1. */
  number: number;
  leadId: string;
  /** Its request was to be sent: in an open loop by the clock, whether the sender was in time or not. */
  dueAtMs: number;
  /** The client had the 202. */
  acceptedAtMs: number;
  /** The last of its deliveries had arrived at the sink. */
  lastDeliveryAtMs: number;
}
