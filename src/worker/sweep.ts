import type { Logger } from 'pino';
import { expireHold, giveUp } from '../activities/settle-lost.ts';
import { readGate } from '../domain/breaker/gate.ts';
import { openRuns, type Run } from '../domain/delivery/runs.ts';
import { describeError } from '../domain/describe-error.ts';
import type { LeadRecord } from '../store/records.ts';
import { StoreUnavailable, type Store } from '../store/store.ts';
import { TemporalUnavailable, type Engine } from '../temporal/engine.ts';

/** Intake starts a lead's workflow at once; one that is not confirmed after this was missed. */
const MISSED_AFTER_MS = 5_000;
/** A run that was confirmed longer ago than this is confirmed again: a Temporal that lost it gets it anew. */
const CONFIRM_AFTER_MS = 300_000;
/** The workflow ends its hold itself, and the entity its cooldown; past this, they are gone. */
const OVERDUE_AFTER_MS = 60_000;
const AT_ONCE = 200;

export interface SweepDependencies {
  store: Store;
  engine: Engine;
  log: Logger;
}

/**
 * What stands behind everything that is started or released at once: leads stored while Temporal was away, runs and entities
 * that somebody ended by hand, held deliveries that a release has missed. Doing it twice, or in several processes, changes
 * nothing. One lead that cannot be helped keeps nobody else from it; it rejects when store or Temporal are away.
 */
export async function sweep({ store, engine, log }: SweepDependencies, now: Date): Promise<void> {
  const before = (agoMs: number) => new Date(now.getTime() - agoMs).toISOString();
  const eachOf = async <T>(items: T[], idOf: (item: T) => string, help: (item: T) => Promise<unknown>) => {
    for (const item of items) {
      try {
        await help(item);
      } catch (error) {
        if (error instanceof StoreUnavailable || error instanceof TemporalUnavailable) throw error;
        log.error({ id: idOf(item), ...describeError(error) }, 'the sweep could not help this one');
      }
    }
  };

  const gates = await store.gates.all();
  const overdueGates = gates.filter(({ destinations }) =>
    Object.values(destinations).some((gate) => gate.state === 'open' && gate.nextProbeAt !== null && gate.nextProbeAt < before(OVERDUE_AFTER_MS)),
  );
  await eachOf(overdueGates, ({ buyer }) => buyer, ({ buyer }) => engine.reviveBuyers([buyer]));

  const times = { receivedBefore: before(MISSED_AFTER_MS), confirmedBefore: before(CONFIRM_AFTER_MS) };
  for (let leads = await store.leads.notStarted(times, AT_ONCE); leads.length > 0; leads = leads.length < AT_ONCE ? [] : await store.leads.notStarted(times, AT_ONCE)) {
    await eachOf(leads, ({ id }) => id, (lead) => lookAfterLead(store, engine, lead));
    // Also those that could not be helped: they are looked at again later, behind the others.
    await store.leads.markStarted(leads.map(({ id }) => id), now.toISOString());
  }

  await eachOf(await store.deliveries.heldDestinations(), ({ buyer, destination }) => `${buyer}/${destination}`, async ({ buyer, destination }) => {
    const { gate } = readGate(gates.find((one) => one.buyer === buyer), destination);
    if (gate !== 'shut') await engine.sweepHeld(buyer, { destination, amount: gate === 'probe' ? 'one' : 'all' });
  });
  await eachOf(await store.deliveries.overdueHolds(before(OVERDUE_AFTER_MS), AT_ONCE), ({ id }) => id, ({ id }) => expireHold(store, () => now)({ deliveryId: id }));
}

async function lookAfterLead(store: Store, engine: Engine, lead: LeadRecord): Promise<void> {
  const deliveries = await store.deliveries.ofLead(lead.id);
  for (const run of openRuns(lead.id, lead.plan, deliveries)) await lookAfterRun(store, engine, lead, run);
}

/** Starts a run that Temporal does not know; ends the deliveries of one that has ended without them. */
async function lookAfterRun(store: Store, engine: Engine, { id, source }: LeadRecord, { workflowId, redelivery, plan, open }: Run): Promise<void> {
  const lead = { leadId: id, source, plan };
  if (redelivery === null) await engine.startLead(lead);
  else await engine.startRedelivery(lead, redelivery);
  if (!(await engine.isOver(workflowId))) return;
  for (const deliveryId of open) await giveUp(store)({ deliveryId });
}
