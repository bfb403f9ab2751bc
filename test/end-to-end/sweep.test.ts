import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { owningWorkflowId } from '../../src/domain/delivery/workflow-id.ts';
import { sweep } from '../../src/worker/sweep.ts';
import type { ApiClient } from '../support/api-client.ts';
import { startLeadrail, type Leadrail } from '../support/leadrail.ts';
import { StandInBuyer } from '../support/stand-in-buyer.ts';
import { until } from '../support/until.ts';

let leadrail: Leadrail;
let source: ApiClient;
let acme: StandInBuyer;

beforeAll(async () => {
  leadrail = await startLeadrail();
  acme = await StandInBuyer.start();
  await leadrail.api.configure({
    sources: [{ id: 'web' }],
    buyers: [{ id: 'acme', breaker: { trips: 1000 }, destinations: [{ id: 'api', type: 'webhook', url: acme.url, retry: { attempts: 1 } }] }],
    routes: [{ id: 'all', deliver: ['acme'] }],
  });
  source = await leadrail.intake('web');
});
afterAll(async () => {
  await leadrail.stop();
  await acme.stop();
});

/** As if ten minutes had passed. */
const later = () => new Date(Date.now() + 600_000);

async function sweepUntil(what: string, isSo: () => Promise<boolean>): Promise<void> {
  await until(what, async () => {
    await sweep(leadrail.foundation, later());
    return isSo();
  });
}

describe('the sweep behind everything', () => {
  it('starts a lead that was stored while Temporal was away', async () => {
    const { store, engine } = leadrail.foundation;
    const startLead = engine.startLead.bind(engine);
    engine.startLead = () => Promise.reject(new Error('away'));
    const lead = await source.postLead({ stored: 'only' }, '');
    expect(lead.status).toBe('delivering');
    await until('intake has given up', async () => (await store.leads.get(lead.id)) !== null);
    engine.startLead = startLead;
    await sweepUntil('the lead is delivered', async () => (await leadrail.api.lead(lead.id)).status === 'delivered');
    expect(acme.requests.filter(({ key }) => key === lead.deliveries[0]?.id)).toHaveLength(1);
  });

  it('makes a dead letter of a lead whose workflow somebody terminated', async () => {
    let release = () => {};
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    acme.answers(async () => {
      await hanging;
      return {};
    });
    const before = acme.requests.length;
    const lead = await source.postLead({ terminated: 'by hand' }, '');
    await until('the request has left', () => acme.requests.length > before);
    await leadrail.foundation.temporal.client.workflow.getHandle(`lead-${lead.id}`).terminate();
    release();
    acme.answers(() => ({}));
    await sweepUntil('the lead has an end', async () => (await leadrail.api.lead(lead.id)).status !== 'delivering');
  });

  it('starts a redelivery that was written and never started', async () => {
    acme.answers(() => ({ status: 404 }));
    const lead = await source.postLead({ redelivery: 'lost' });
    acme.answers(() => ({}));
    const { store, engine } = leadrail.foundation;
    const record = await store.leads.get(lead.id);
    const id = lead.deliveries[0]?.id ?? randomUUID();
    if (!record) throw new Error('the lead is stored');
    const root = engine.redeliveryWorkflowId(lead.id, await store.leads.nextRedelivery(lead.id));
    await store.deliveries.startRound(id, owningWorkflowId(root, record.plan, id));
    await sweepUntil('the lead is delivered', async () => (await leadrail.api.lead(lead.id)).status === 'delivered');
    expect(acme.taken.has(id)).toBe(true);
  });
});
