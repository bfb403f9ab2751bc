import type { DeliverResult } from '../../domain/delivery/result.ts';
import type { DeliveryWork } from '../../store/records.ts';

/** How a delivery stands in the store, as a result. */
export function standingOf({ delivery, attempts }: Pick<DeliveryWork, 'delivery' | 'attempts'>): DeliverResult {
  return { state: delivery.state, reason: delivery.reason, attempt: attempts.at(-1)?.number ?? null, heldUntil: delivery.heldUntil };
}
