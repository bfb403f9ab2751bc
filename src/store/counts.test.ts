import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COUNTS } from './counts.ts';
import { attempt, DELIVERED, FAILED, newLead, planned, planOf, REFUSAL, REJECTED, SUCCESS, testDatabases, type Opened } from './testing.ts';

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('counts, $name', ({ open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  it('are empty where nothing is open', async () => {
    const { store } = opened;
    const done = planned('acme/api');
    await store.leads.accept(newLead(planOf([done]), { receivedAt: '2026-01-01T00:00:00.000Z' }));
    await attempt(store, done, SUCCESS, DELIVERED);
    expect(await store.counts.read()).toEqual({ held: [], deadLetters: [], leadsWithoutRoute: 0, leadsDelivering: 0, oldestDeliveringAt: null, alertsOpen: [] });
  });

  it('say what is held where, what died of what, and since when the oldest lead is under way', async () => {
    const { store } = opened;
    const [held, refused, failed, running, older] = [planned('acme/api'), planned('acme/api'), planned('bravo/api'), planned('bravo/api'), planned('bravo/api')];
    for (const delivery of [held, refused, failed]) await store.leads.accept(newLead(planOf([delivery])));
    await store.leads.accept(newLead(planOf([running]), { receivedAt: '2026-03-02T10:00:00.000Z' }));
    await store.leads.accept(newLead(planOf([older]), { receivedAt: '2026-03-01T10:00:00.000Z' }));
    await store.leads.accept(newLead(planOf([])));
    await store.gates.publish({ buyer: 'acme', version: 1, paused: { reason: 'a person', since: '2026-03-01T10:00:00.000Z' }, probes: 0, destinations: {} });
    const hold = { gateVersion: 1, reason: 'buyer-paused', explanation: 'Paused', heldUntil: '2099-01-01T00:00:00.000Z', workflowId: 'lead-x' } as const;
    expect(await store.deliveries.hold(held.id, hold)).toBe(true);
    await attempt(store, refused, REFUSAL, REJECTED);
    await attempt(store, failed, REFUSAL, FAILED);
    await store.alerts.raise({ kind: 'breaker-open', buyer: 'acme', destination: 'api', lead: null, reason: 'five errors', raisedAt: '2026-03-01T10:00:00.000Z' });
    await store.alerts.raise({ kind: 'breaker-open', buyer: 'bravo', destination: 'api', lead: null, reason: 'five errors', raisedAt: '2026-03-01T10:00:00.000Z' });
    await store.alerts.clear({ buyer: 'bravo', destination: 'api', kinds: ['breaker-open'] }, '2026-03-01T10:00:03.000Z');
    const counts = await store.counts.read();
    expect({ ...counts, deadLetters: counts.deadLetters.toSorted((a, b) => a.kind.localeCompare(b.kind)) }).toEqual({
      held: [{ buyer: 'acme', destination: 'api', count: 1 }],
      deadLetters: [
        { kind: 'refused', count: 1 },
        { kind: 'undeliverable', count: 1 },
      ],
      leadsWithoutRoute: 1,
      leadsDelivering: 2,
      oldestDeliveringAt: '2026-03-01T10:00:00.000Z',
      alertsOpen: [{ buyer: 'acme', kind: 'breaker-open', count: 1 }],
    });
  });

  it('read no table from end to end, however much is kept', async () => {
    const plan = await opened.database.transaction('explain', async (tx) => {
      // What is small is scanned whatever its indexes: so the planner is asked to do without where it can.
      await tx.execute(sql`set local enable_seqscan = off`);
      return JSON.stringify(await tx.execute(sql`explain ${COUNTS}`));
    });
    for (const index of ['deliveries_held', 'deliveries_dead', 'leads_status', 'alerts_raised']) expect(plan).toContain(index);
    expect(plan).not.toContain('Seq Scan');
  });
});
