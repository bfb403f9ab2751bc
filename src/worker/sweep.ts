import type { Logger } from 'pino';
import { expireHold, giveUp } from '../activities/settle-lost.ts';
import { readGate } from '../domain/breaker/gate.ts';
import { openRuns, type Run } from '../domain/delivery/runs.ts';
import { describeError } from '../domain/describe-error.ts';
import type { Recorder } from '../metrics/metrics.ts';
import type { LeadRecord } from '../store/records.ts';
import { StoreUnavailable, type Store } from '../store/store.ts';
import { TemporalUnavailable, type Engine } from '../temporal/engine.ts';
import { sideBySide } from '../domain/side-by-side.ts';

/** Intake starts a lead's workflow at once; one that is not confirmed after this was missed. */
const MISSED_AFTER_MS = 5_000;
/** A run that was confirmed longer ago than this is confirmed again: a Temporal that lost it gets it anew. */
const CONFIRM_AFTER_MS = 300_000;
/** The workflow ends its hold itself, and the entity its cooldown; past this, they are gone. */
const OVERDUE_AFTER_MS = 60_000;
/** Read and noted together. */
const BATCH = 200;
/** Looked after side by side. */
const AT_ONCE = 32;
/** Of leads never started, in one sweep: what else it looks after must not wait for the end of a long backlog. */
const MOST_MISSED = 2_000;
/**
 * Of leads confirmed before, in one sweep: when a buyer is slow, many thousands are under way for long, and asking Temporal for each
 * of them every five minutes would slow it down further. Then each is confirmed less often.
 */
const MOST_CONFIRMED = 400;
/** Before any lead was: only what was never confirmed. */
const NEVER = new Date(0).toISOString();

export interface SweepDependencies {
  store: Store;
  engine: Engine;
  log: Logger;
  metrics: Pick<Recorder, 'sweepFound'>;
}

/**
 * What stands behind everything that is started or released at once: leads stored while Temporal was away, runs and entities
 * that somebody ended by hand, held deliveries that a release has missed. Doing it twice, or in several processes, changes
 * nothing. One lead that cannot be helped keeps nobody else from it; it rejects when store or Temporal are away. `more`
 * when leads are missed faster than one sweep looks after: the next one should come soon.
 */
export async function sweep({ store, engine, log, metrics }: SweepDependencies, now: Date): Promise<'more' | 'done'> {
  const before = (agoMs: number) => new Date(now.getTime() - agoMs).toISOString();
  const eachOf = <T>(items: T[], idOf: (item: T) => string, help: (item: T) => Promise<unknown>) =>
    sideBySide(items, AT_ONCE, async (item) => {
      try {
        await help(item);
      } catch (error) {
        if (error instanceof StoreUnavailable || error instanceof TemporalUnavailable) throw error;
        log.error({ id: idOf(item), ...describeError(error) }, 'the sweep could not help this one');
      }
    });

  const gates = await store.gates.all();
  const overdueGates = gates.filter(({ destinations }) =>
    Object.values(destinations).some((gate) => gate.state === 'open' && gate.nextProbeAt !== null && gate.nextProbeAt < before(OVERDUE_AFTER_MS)),
  );
  metrics.sweepFound('overdue-gate', overdueGates.length);
  await eachOf(overdueGates, ({ buyer }) => buyer, ({ buyer }) => engine.reviveBuyers([buyer]));

  const heldDestinations = await store.deliveries.heldDestinations();
  metrics.sweepFound('held-destination', heldDestinations.length);
  await eachOf(heldDestinations, ({ buyer, destination }) => `${buyer}/${destination}`, async ({ buyer, destination }) => {
    const { gate } = readGate(gates.find((one) => one.buyer === buyer), destination);
    if (gate !== 'shut') await engine.sweepHeld(buyer, { destination, amount: gate === 'probe' ? 'one' : 'all' });
  });
  const overdueHolds = await store.deliveries.overdueHolds(before(OVERDUE_AFTER_MS), BATCH);
  metrics.sweepFound('overdue-hold', overdueHolds.length);
  await eachOf(overdueHolds, ({ id }) => id, ({ id }) => expireHold(store, () => now)({ deliveryId: id }));

  const lookAfter = async (leads: LeadRecord[]) => {
    const looked: string[] = [];
    try {
      await eachOf(leads, ({ id }) => id, async (lead) => {
        await lookAfterLead(store, engine, lead);
        looked.push(lead.id);
      });
      // Also those that could not be helped: they are looked at again later, behind the others.
      looked.splice(0, looked.length, ...leads.map(({ id }) => id));
    } finally {
      // When Temporal stops answering in the middle, the next sweep goes on from here.
      metrics.sweepFound('unconfirmed-lead', looked.length);
      await store.leads.markStarted(looked, now.toISOString());
    }
  };
  /** True when there were more than one batch. */
  const lookAfterBacklog = async (confirmedBefore: string, most: number): Promise<boolean> => {
    for (let count = 0; count < most; count += BATCH) {
      const leads = await store.leads.notStarted({ receivedBefore: before(MISSED_AFTER_MS), confirmedBefore }, BATCH);
      await lookAfter(leads);
      if (leads.length < BATCH) return count > 0;
    }
    return true;
  };
  const isBehind = await lookAfterBacklog(NEVER, MOST_MISSED);
  await lookAfterBacklog(before(CONFIRM_AFTER_MS), MOST_CONFIRMED);
  return isBehind ? 'more' : 'done';
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
