import { getExternalWorkflowHandle } from '@temporalio/workflow';
import type { PlannedDelivery } from '../domain/delivery/plan.ts';
import type { DeliverResult } from '../domain/delivery/result.ts';
import { attemptDelivery, expireHold, parentWorkflowId, Releases, type Delivering } from './delivering.ts';
import type { FanOutInput } from './input.ts';
import type { SettledDeliveries } from '../domain/delivery/result.ts';
import { holdingSignal } from './messages.ts';

/** Delivers in parallel, each delivery on its own: one that fails or is held touches none of the others. */
export async function fanOut(input: FanOutInput): Promise<SettledDeliveries> {
  const parent = parentWorkflowId();
  return deliverInParallel(input, input.deliveries, async (holding) => {
    if (parent !== undefined) await getExternalWorkflowHandle(parent).signal(holdingSignal, holding);
  });
}

/** The fan-out itself: the lead's workflow runs it directly where there is only one delivery. */
export async function deliverInParallel(lead: Delivering, deliveries: PlannedDelivery[], onHolding: OnHolding): Promise<SettledDeliveries> {
  const releases = new Releases();
  return Promise.all(
    deliveries.map(async (delivery): Promise<SettledDeliveries[number]> => [delivery.id, await deliverUntilSettled(lead, delivery, releases, onHolding)]),
  );
}

type OnHolding = (holding: boolean) => Promise<void> | void;

async function deliverUntilSettled(lead: Delivering, delivery: PlannedDelivery, releases: Releases, onHolding: OnHolding): Promise<DeliverResult> {
  for (;;) {
    const result = await attemptDelivery(lead, delivery, delivery.whenPaused);
    if (result.state !== 'held') return result;
    await onHolding(true);
    const { expired } = await releases.next(new Map([[delivery.id, result]]));
    await onHolding(false);
    if (expired) return expireHold(delivery.id);
  }
}
