import { readGate } from '../domain/breaker/gate.ts';
import type { Store } from '../store/store.ts';
import type { Engine } from '../temporal/engine.ts';

/** A lead whose workflow was confirmed longer ago than this is confirmed again: a Temporal that lost it gets it anew. */
const CONFIRM_AFTER_MS = 600_000;
const LEADS_AT_ONCE = 200;

/**
 * What stands behind everything that is started or released at once: leads stored while Temporal was away, and held
 * deliveries that a release has missed. Doing it twice, or in several processes, changes nothing.
 */
export async function sweep(store: Store, engine: Engine, now: Date): Promise<{ started: number; releases: number }> {
  const leads = await store.leads.notStarted(new Date(now.getTime() - CONFIRM_AFTER_MS).toISOString(), LEADS_AT_ONCE);
  const started: string[] = [];
  for (const lead of leads) {
    await engine.startLead({ leadId: lead.id, source: lead.source, plan: lead.plan });
    started.push(lead.id);
  }
  if (started.length > 0) await store.leads.markStarted(started, now.toISOString());
  return { started: started.length, releases: await releaseMissed(store, engine) };
}

async function releaseMissed(store: Store, engine: Engine): Promise<number> {
  let releases = 0;
  for (const { buyer, destination } of await store.deliveries.heldDestinations()) {
    const { gate } = readGate((await store.gates.get(buyer)) ?? undefined, destination);
    if (gate === 'shut') continue;
    await engine.sweepHeld(buyer, { destination, amount: gate === 'probe' ? 'one' : 'all' });
    releases += 1;
  }
  return releases;
}
