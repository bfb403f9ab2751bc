import { expireHold, giveUp } from '../activities/settle-lost.ts';
import { readGate } from '../domain/breaker/gate.ts';
import { openRuns, type Run } from '../domain/delivery/runs.ts';
import type { LeadRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Engine } from '../temporal/engine.ts';

/** Intake starts a lead's workflow at once; one that is not confirmed after this was missed. */
const MISSED_AFTER_MS = 5_000;
/** A run that was confirmed longer ago than this is confirmed again: a Temporal that lost it gets it anew. */
const CONFIRM_AFTER_MS = 300_000;
/** The workflow ends its hold itself; past this, it is gone. */
const OVERDUE_AFTER_MS = 60_000;
const AT_ONCE = 200;

/**
 * What stands behind everything that is started or released at once: leads stored while Temporal was away, runs that somebody
 * ended by hand, held deliveries that a release has missed. Doing it twice, or in several processes, changes nothing.
 */
export async function sweep(store: Store, engine: Engine, now: Date): Promise<void> {
  await lookAfterRuns(store, engine, now);
  await releaseMissed(store, engine);
  const overdue = await store.deliveries.overdueHolds(new Date(now.getTime() - OVERDUE_AFTER_MS).toISOString(), AT_ONCE);
  for (const { id: deliveryId } of overdue) await expireHold(store, () => now)({ deliveryId });
}

async function lookAfterRuns(store: Store, engine: Engine, now: Date): Promise<void> {
  const times = {
    receivedBefore: new Date(now.getTime() - MISSED_AFTER_MS).toISOString(),
    confirmedBefore: new Date(now.getTime() - CONFIRM_AFTER_MS).toISOString(),
  };
  for (const lead of await store.leads.notStarted(times, AT_ONCE)) {
    const deliveries = await store.deliveries.ofLead(lead.id);
    for (const run of openRuns(lead.id, lead.plan, deliveries)) await lookAfterRun(store, engine, lead, run);
    await store.leads.markStarted([lead.id], now.toISOString());
  }
}

/** Starts a run that Temporal does not know; ends the deliveries of one that has ended without them. */
async function lookAfterRun(store: Store, engine: Engine, { id, source }: LeadRecord, { workflowId, redelivery, plan, open }: Run): Promise<void> {
  const lead = { leadId: id, source, plan };
  if (redelivery === null) await engine.startLead(lead);
  else await engine.startRedelivery(lead, redelivery);
  if (!(await engine.isOver(workflowId))) return;
  for (const deliveryId of open) await giveUp(store)({ deliveryId });
}

async function releaseMissed(store: Store, engine: Engine): Promise<void> {
  for (const { buyer, destination } of await store.deliveries.heldDestinations()) {
    const { gate } = readGate((await store.gates.get(buyer)) ?? undefined, destination);
    if (gate !== 'shut') await engine.sweepHeld(buyer, { destination, amount: gate === 'probe' ? 'one' : 'all' });
  }
}
