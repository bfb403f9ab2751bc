import { EVERY_DESTINATION } from '../../domain/breaker/buyer-breaker.ts';
import { readGate } from '../../domain/breaker/gate.ts';
import type { Plan } from '../../domain/delivery/plan.ts';
import type { DeliveryRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { Engine } from '../../temporal/engine.ts';
import type { Activities, ReleaseInput } from '../contract.ts';

/** How many are let go at once. */
const HANDFUL = 20;

/** Lets go of the next held deliveries of a buyer, oldest first; then of those that ran out of retries in the outage. */
export function releaseNext(store: Store, engine: Engine): Activities['releaseNext'] {
  return async (input) => {
    if (await isShut(store, input)) return { released: 0, more: false };
    const limit = input.amount === 'one' ? 1 : HANDFUL;
    const destinations = input.destination === EVERY_DESTINATION ? null : [input.destination];
    const held = await store.deliveries.held(input.buyer, destinations, limit);
    for (const delivery of held) {
      if (!(await engine.releaseDelivery(delivery.workflowId, delivery.id))) await sendAgain(store, engine, delivery);
    }
    await store.deliveries.markReleased(held.map((delivery) => delivery.id));
    if (input.amount === 'one') return { released: held.length, more: false };
    if (held.length > 0) return { released: held.length, more: true };
    const failed = await failedInOutage(store, input);
    for (const delivery of failed) await sendAgain(store, engine, delivery);
    return { released: failed.length, more: failed.length > 0 };
  };
}

/** A gate that has shut again ends the release: what was let go would only be held again. */
async function isShut(store: Store, input: ReleaseInput): Promise<boolean> {
  const gate = await store.gates.get(input.buyer);
  return readGate(gate ?? undefined, input.destination).gate === 'shut';
}

async function failedInOutage(store: Store, input: ReleaseInput): Promise<DeliveryRecord[]> {
  if (input.outageSince === null || input.destination === EVERY_DESTINATION) return [];
  return store.deliveries.failedInOutage(input.buyer, input.destination, input.outageSince, HANDFUL);
}

/** For a delivery that no workflow waits for: a redelivery of its own, under the same delivery id. */
async function sendAgain(store: Store, engine: Engine, delivery: DeliveryRecord): Promise<void> {
  const lead = await store.leads.get(delivery.leadId);
  if (!lead) return;
  const number = await store.leads.nextRedelivery(lead.id);
  await store.deliveries.startRound(delivery.id, engine.redeliveryWorkflowId(lead.id, number));
  const plan: Plan = { route: lead.plan.route, configVersion: lead.plan.configVersion, fanOut: [delivery.planned], chains: [] };
  await engine.startRedelivery({ leadId: lead.id, source: lead.source, plan }, number);
}
