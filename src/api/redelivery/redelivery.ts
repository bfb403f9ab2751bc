import type { FlatFields } from '../intake/flatten-fields.ts';
import type { ProblemError } from '../http/problem.ts';

export interface RedeliveryOrder {
  /** `original`: the lead's own plan again, as far as it was not delivered; `today`: planned anew by today's routes. */
  route: 'original' | 'today';
  /** Replace the lead's fields of the same names from now on; null leaves the fields as they are. */
  fields: FlatFields['fields'] | null;
}

export type RedeliveryResult =
  /** `deliveries`: the ids of what goes out, some of them new. */
  | { result: 'started'; leadId: string; number: number; deliveries: string[] }
  | { result: 'not-found' }
  /** Why it cannot be done as things stand, and what to do, for a person. */
  | { result: 'conflict'; explanation: string }
  | { result: 'invalid'; errors: ProblemError[] };

export type DiscardResult = { result: 'discarded'; leadId: string } | { result: 'not-found' } | { result: 'conflict'; explanation: string };

/**
 * Sends leads and deliveries again, or gives them up, by DESIGN.md "Redelivery": undelivered and unedited keeps the
 * delivery's id; edited, or delivered already, gets a new one. Rejects with `TemporalUnavailable` when nothing could be
 * started (nothing is changed then) and with `StoreUnavailable`.
 */
export interface Redelivery {
  redeliverLead(leadId: string, order: RedeliveryOrder): Promise<RedeliveryResult>;
  redeliverDelivery(deliveryId: string, fields: RedeliveryOrder['fields']): Promise<RedeliveryResult>;
  /** Sends a delivery once more that its provider had taken and that failed for what may pass; not one that is such a repetition itself. */
  repeatOnce(deliveryId: string): Promise<RedeliveryResult>;
  discardLead(leadId: string, reason: string): Promise<DiscardResult>;
  discardDelivery(deliveryId: string, reason: string): Promise<DiscardResult>;
}
