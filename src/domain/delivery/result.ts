import type { DeliveryStanding } from './plan.ts';

/** How a delivery stands after what was asked for it. Codes only, so that it may pass through a history. */
export interface DeliverResult extends DeliveryStanding {
  /** Number of the attempt that decided, for finding its evidence; null when none was made. */
  attempt: number | null;
  /** ISO 8601; set while held. */
  heldUntil: string | null;
}

/** How deliveries ended, by delivery id. */
export type SettledDeliveries = [deliveryId: string, result: DeliverResult][];

/** What is known of a lead's first pass while some of it still waits for a slow buyer. */
export interface FirstPassProgress {
  settled: SettledDeliveries;
  /** Ids of deliveries that are left to a child: to be tried again, held, or not sent because a gate is shut. */
  goingOn: string[];
}
