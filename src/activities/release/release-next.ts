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
    const destinations = await openDestinations(store, input);
    if (destinations.length === 0) return { released: 0, more: false };
    const limit = input.amount === 'one' ? 1 : HANDFUL;
    const held = await store.deliveries.held(input.buyer, destinations, limit);
    for (const delivery of held) {
      if (!(await engine.releaseDelivery(delivery.workflowId, delivery.id))) await sendAgain(store, engine, delivery, 'held');
    }
    await store.deliveries.markReleased(held.map((delivery) => delivery.id));
    if (input.amount === 'one') return { released: held.length, more: false };
    if (held.length > 0) return { released: held.length, more: true };
    const failed = await failedInOutage(store, input);
    for (const delivery of failed) await sendAgain(store, engine, delivery, 'failed-in-outage');
    return { released: failed.length, more: failed.length > 0 };
  };
}

/** Which of the destinations may be released to: one whose gate has shut again would only hold anew what was let go. */
async function openDestinations(store: Store, { buyer, destination }: ReleaseInput): Promise<string[]> {
  const gate = (await store.gates.get(buyer)) ?? undefined;
  if (destination !== EVERY_DESTINATION) return readGate(gate, destination).gate === 'shut' ? [] : [destination];
  const held = (await store.deliveries.heldDestinations()).filter((one) => one.buyer === buyer);
  return held.map((one) => one.destination).filter((one) => readGate(gate, one).gate === 'open-to-send');
}

async function failedInOutage(store: Store, input: ReleaseInput): Promise<DeliveryRecord[]> {
  if (input.outageSince === null || input.destination === EVERY_DESTINATION) return [];
  return store.deliveries.failedInOutage(input.buyer, input.destination, input.outageSince, HANDFUL);
}

/** For a delivery that no workflow waits for: a redelivery of its own, under the same delivery id. */
async function sendAgain(store: Store, engine: Engine, delivery: DeliveryRecord, from: 'held' | 'failed-in-outage'): Promise<void> {
  const lead = await store.leads.get(delivery.leadId);
  if (!lead) return;
  const number = await store.leads.nextRedelivery(lead.id);
  // Asked under the lead's lock: meanwhile another release or a person may have sent it, or its chain been satisfied.
  if (!(await store.deliveries.startRound(delivery.id, engine.redeliveryWorkflowId(lead.id, number), from))) return;
  const plan: Plan = { route: lead.plan.route, configVersion: lead.plan.configVersion, fanOut: [delivery.planned], chains: [] };
  await engine.startRedelivery({ leadId: lead.id, source: lead.source, plan }, number);
}
