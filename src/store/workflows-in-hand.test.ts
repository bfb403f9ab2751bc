import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leadWorkflowId } from '../domain/delivery/workflow-id.ts';
import { attempt, beginning, DELIVERED, newLead, planned, planOf, SUCCESS, testDatabases, type Opened } from './testing.ts';

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('workflows in the hands of a worker, $name', ({ open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  it('are those with an attempt under way, and young ones of which nothing was begun', async () => {
    const { store } = opened;
    const accept = async (receivedAt: string, ...names: string[]) => {
      const deliveries = names.map((name) => planned(name));
      const lead = newLead(planOf(deliveries), { receivedAt });
      await store.leads.accept(lead);
      return { workflowId: leadWorkflowId(lead.id), deliveries };
    };
    const begin = (id: string | undefined) => store.attempts.begin(beginning(id ?? ''));

    const sending = await accept('2026-03-01T10:00:00.000Z', 'acme/api', 'bravo/api');
    await begin(sending.deliveries[0]?.id);
    await begin(sending.deliveries[1]?.id);
    const retried = await accept('2026-03-01T10:00:01.000Z', 'acme/api');
    await attempt(store, retried.deliveries[0] ?? planned('none/none'), { outcome: 'error', kind: 'transient', code: 'timeout', reason: 'late' }, null);
    const done = await accept('2026-03-01T10:00:02.000Z', 'acme/api');
    await attempt(store, done.deliveries[0] ?? planned('none/none'), SUCCESS, DELIVERED);
    await accept('2026-03-01T10:00:03.000Z', 'old/api');
    const young = await accept('2026-03-01T10:05:00.000Z', 'young/api');

    expect(await store.deliveries.workflowsInHand('2026-03-01T10:04:00.000Z')).toEqual([sending.workflowId, young.workflowId]);
  });
});
