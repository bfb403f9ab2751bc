import type { RetryPolicy } from './retry.ts';
import type { DeliveryState, ReasonCode } from './state.ts';

/**
 * What was decided for one lead at intake: every delivery with its stable id. It is the input of the lead's workflow,
 * so it carries ids and settings only, never field values.
 */
export interface Plan {
  /** The id of the route that matched, or null when none did. */
  route: string | null;
  configVersion: number;
  /** Delivered in parallel, each on its own. */
  fanOut: PlannedDelivery[];
  chains: Chain[];
}

export interface PlannedDelivery {
  /** UUIDv5 of lead, buyer and destination: the id that the buyer gets too. */
  id: string;
  buyer: string;
  destination: string;
  /** Destination type, e.g. `webhook`. */
  type: string;
  required: boolean;
  timeoutMs: number;
  retry: RetryPolicy;
  /** What the buyer wants while shut: leads held for it, or skipped. */
  whenPaused: 'hold' | 'skip';
  holdForMs: number;
  /** Whether it goes out again by itself when its destination recovers from an outage that used up its retries. */
  releaseOnRecovery: boolean;
}

/** A waterfall: entries are tried in order until one has delivered its required destinations. */
export interface Chain {
  entries: ChainEntry[];
  /** What a delivery that may have arrived does to the chain. */
  onUnknown: 'next' | 'stop';
  /** After which ends the chain moves on; anything else ends it. */
  failoverOn: FailoverCause[];
  /** When every entry was tried and one was only paused: hold the lead for it, or make it a dead letter. */
  whenExhausted: 'hold' | 'deadLetter';
}

/** One step of a chain: the destinations named by a buyer, or a single one. They run in parallel. */
export interface ChainEntry {
  deliveries: PlannedDelivery[];
}

export type FailoverCause = 'failure' | 'error' | 'skip';

/** How one delivery stands: codes only, so that it may pass through a history. */
export interface DeliveryStanding {
  state: DeliveryState;
  reason: ReasonCode | null;
}

/** What a plan can deliver at once: its fan-out, and the first entry of each chain. */
export function firstDeliveries(plan: Plan): PlannedDelivery[] {
  return [...plan.fanOut, ...plan.chains.flatMap((chain) => chain.entries[0]?.deliveries ?? [])];
}

/**
 * True for a lead that a person made to try one destination out: it takes no route, asks no gate, and how it ends is told to that
 * person, not to breakers, alerts or dead letters.
 */
export function isDestinationTest({ test, plan }: { test: boolean; plan: Plan }): boolean {
  return test && plan.route === null;
}

/** Every delivery of a chain, entry by entry. */
export function deliveriesOf(chain: Chain): PlannedDelivery[] {
  return chain.entries.flatMap(({ deliveries }) => deliveries);
}

/** Every delivery of a plan, fan-out first, then chain by chain, in order. */
export function allDeliveries(plan: Plan): PlannedDelivery[] {
  return [...plan.fanOut, ...plan.chains.flatMap(deliveriesOf)];
}
