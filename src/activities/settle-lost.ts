import { explain } from '../domain/delivery/explanation.ts';
import { isOnlyPaused } from '../domain/delivery/settle.ts';
import { isFinal, type ReasonCode } from '../domain/delivery/state.ts';
import type { DeliveryRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Activities } from './contract.ts';
import type { DeliverResult } from '../domain/delivery/result.ts';

/** Makes a dead letter of a hold that has run out. */
export function expireHold(store: Store, clock: () => Date): Activities['expireHold'] {
  return async ({ deliveryId }) => {
    const delivery = await existing(store, deliveryId);
    const due = delivery.heldUntil === null || Date.parse(delivery.heldUntil) <= clock().getTime();
    if (delivery.state !== 'held' || !due) return resultOf(delivery);
    return resultOf(await fail(store, deliveryId, 'hold-expired', 'undeliverable'));
  };
}

/** Settles a delivery whose work was lost for good; one that is final already stays as it is. */
export function giveUp(store: Store): Activities['giveUp'] {
  return async ({ deliveryId }) => {
    const delivery = await existing(store, deliveryId);
    const isWaiting = delivery.state === 'skipped' && isOnlyPaused(delivery);
    if (isFinal(delivery.state) && !isWaiting) return resultOf(delivery);
    // Skipped for now, to be held once its chain had found nobody else: without a run it waits for nothing.
    if (isWaiting) await store.deliveries.startRound(deliveryId, delivery.workflowId);
    return resultOf(await fail(store, deliveryId, 'worker-lost', 'ours'));
  };
}

async function existing(store: Store, deliveryId: string): Promise<DeliveryRecord> {
  const delivery = await store.deliveries.get(deliveryId);
  if (!delivery) throw new Error(`delivery ${deliveryId} is not in the store`);
  return delivery;
}

function fail(store: Store, deliveryId: string, reason: ReasonCode, deadLetter: 'undeliverable' | 'ours'): Promise<DeliveryRecord> {
  return store.deliveries.settle(deliveryId, { state: 'failed', reason, explanation: explain(reason), deadLetter });
}

function resultOf(delivery: DeliveryRecord): DeliverResult {
  return { state: delivery.state, reason: delivery.reason, attempt: null, heldUntil: delivery.heldUntil };
}
