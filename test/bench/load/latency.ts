import { summarize, type Summary } from '../figures.ts';
import type { DeliveredLead } from './load-target.ts';

/** What leads needed, in milliseconds. */
export interface Latency {
  /** From the time that it was due to be sent to the 202. */
  dueToAcceptedMs: Summary;
  /** From the 202 to the arrival of the last delivery; below 0 where that came first. */
  acceptedToLastDeliveryMs: Summary;
  dueToLastDeliveryMs: Summary;
}

/** Throws for no leads. */
export function latencyOf(leads: readonly DeliveredLead[]): Latency {
  return {
    dueToAcceptedMs: summarize(leads.map(({ dueAtMs, acceptedAtMs }) => acceptedAtMs - dueAtMs)),
    acceptedToLastDeliveryMs: summarize(leads.map(({ acceptedAtMs, lastDeliveryAtMs }) => lastDeliveryAtMs - acceptedAtMs)),
    dueToLastDeliveryMs: summarize(leads.map(({ dueAtMs, lastDeliveryAtMs }) => lastDeliveryAtMs - dueAtMs)),
  };
}
