import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { startLeadrail, type Leadrail } from '../support/leadrail.ts';
import { StandInBuyer } from '../support/stand-in-buyer.ts';
import { until } from '../support/until.ts';

let leadrail: Leadrail;
let source: ApiClient;
let acme: StandInBuyer;
let bravo: StandInBuyer;

const FAST = { attempts: 3, initial: '20ms', max: '100ms' };
const LEAD = { first_name: 'Ada', last_name: 'Alder', email: 'ADA@example.com ', phone: '(212) 555-0100', state: 'california' };

beforeAll(async () => {
  leadrail = await startLeadrail();
  acme = await StandInBuyer.start();
  bravo = await StandInBuyer.start();
  await leadrail.api.configure({
    sources: [{ id: 'web', fields: { phone: { type: 'phone', required: true }, email: { type: 'email' }, state: { type: 'state' }, ssn: { type: 'ssn' } } }],
    buyers: [
      {
        id: 'acme',
        name: 'Acme',
        breaker: { trips: 1000 },
        destinations: [
          {
            id: 'api',
            type: 'webhook',
            url: acme.url,
            retry: FAST,
            auth: { type: 'bearer', token: 'a-literal-token-of-acme' },
            map: [
              { to: 'contact.phone', from: 'phone', format: '+1{value}' },
              { to: 'contact.email', from: 'email' },
              { to: 'contact.ssn', from: 'ssn' },
              { to: 'state', from: 'state' },
              { to: 'external_id', from: 'lead.id', required: true },
            ],
            response: { rules: [{ when: 'response.status == 200 && response.body.success == false', outcome: 'failure' }], reason: 'message', recipientId: 'lead_id' },
          },
        ],
      },
      { id: 'bravo', name: 'Bravo', breaker: { trips: 1000 }, destinations: [{ id: 'api', type: 'webhook', url: bravo.url, format: 'form', retry: FAST }] },
      { id: 'keep', name: 'Keep', destinations: [{ id: 'store', type: 'database' }] },
    ],
    routes: [
      { id: 'chain', when: 'lead.campaign == "chain"', deliver: [{ firstOf: ['acme', 'bravo', 'keep'] }] },
      { id: 'alone', when: 'lead.campaign == "alone"', deliver: ['acme'] },
      { id: 'nobody', when: 'lead.campaign == "keep"', deliver: ['keep'] },
      { id: 'both', when: 'lead.campaign == null', deliver: ['acme', 'bravo'] },
    ],
  });
  source = await leadrail.intake('web');
});
afterAll(async () => {
  await leadrail.stop();
  await acme.stop();
  await bravo.stop();
});
beforeEach(() => {
  acme.requests.length = 0;
  bravo.requests.length = 0;
});
afterEach(() => {
  acme.answers(() => ({}));
  bravo.answers(() => ({}));
});

describe('a lead on its way', () => {
  it('reaches two buyers at once, each in its own shape, and proves it', async () => {
    acme.answers(() => ({ body: { success: true, lead_id: 'A-1' } }));
    const lead = await source.postLead({ ...LEAD, ssn: '078-05-1120' });
    expect(lead.status).toBe('delivered');
    expect(JSON.parse(acme.requests[0]?.body ?? '')).toEqual({
      contact: { phone: '+12125550100', email: 'ada@example.com', ssn: '078051120' },
      state: 'CA',
      external_id: lead.id,
    });
    expect(Object.fromEntries(new URLSearchParams(bravo.requests[0]?.body))).toMatchObject({ first_name: 'Ada', phone: '2125550100', state: 'CA' });
    expect(acme.requests[0]?.headers.authorization).toBe('Bearer a-literal-token-of-acme');

    const full = await leadrail.api.lead(lead.id);
    const [delivery] = full.deliveries;
    expect(delivery).toMatchObject({ buyer: 'acme', destination: 'api', status: 'delivered', recipientId: 'A-1' });
    expect(delivery?.id).toBe(acme.requests[0]?.key);
    const [attempt] = delivery?.attempts ?? [];
    expect(attempt).toMatchObject({ number: 1, outcome: 'success', request: { method: 'POST', url: acme.url }, response: { status: 200 } });
    expect(attempt?.['bodySha256']).toBe(createHash('sha256').update(acme.requests[0]?.body ?? '').digest('hex'));
    const evidence = JSON.stringify(full.deliveries);
    expect(evidence).not.toContain('a-literal-token-of-acme');
    expect(evidence).not.toContain('078051120');
    expect(await leadrail.foundation.store.attempts.verify(delivery?.id ?? '')).toEqual({ valid: true, attempts: 1, brokenAt: null });
  });

  it('tries a transient error again with the same bytes and the same id, after Retry-After', async () => {
    acme.answers((_request, count) => (count < 3 ? { status: 503, headers: { 'retry-after': '0' } } : {}));
    const lead = await source.postLead({ ...LEAD, campaign: 'alone' });
    expect(lead.status).toBe('delivered');
    expect(acme.requests).toHaveLength(3);
    expect(new Set(acme.requests.map(({ body }) => body)).size).toBe(1);
    expect(new Set(acme.requests.map(({ key }) => key)).size).toBe(1);
    const { attempts = [] } = (await leadrail.api.lead(lead.id)).deliveries[0] ?? {};
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['error', 'error', 'success']);
    const [first, second] = attempts;
    expect(Date.parse(second?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.nextAttemptAt ?? ''));
  });

  it('never tries a refusal again', async () => {
    acme.answers(() => ({ body: { success: false, message: 'we know this person' } }));
    const lead = await source.postLead({ ...LEAD, campaign: 'alone' });
    expect(lead.status).toBe('undelivered');
    expect(acme.requests).toHaveLength(1);
    expect(lead.deliveries[0]).toMatchObject({ status: 'rejected' });
    expect((await leadrail.api.lead(lead.id)).deliveries[0]?.reason).toContain('we know this person');
    const { body } = await leadrail.api.get('/v1/dead-letters?kind=refused');
    expect(JSON.stringify(body)).toContain(lead.id);
  });

  it('ends as unknown when the answer never comes, and goes to the next buyer of its chain', async () => {
    acme.answers(() => ({ hangUp: true }));
    const lead = await source.postLead({ ...LEAD, campaign: 'chain' });
    expect(lead.status).toBe('delivered');
    expect(lead.deliveries.map(({ buyer, status }) => [buyer, status])).toEqual([
      ['acme', 'unknown'],
      ['bravo', 'delivered'],
      ['keep', 'skipped'],
    ]);
    expect(acme.requests).toHaveLength(3);
  });

  it('is kept for later by a database destination', async () => {
    const lead = await source.postLead({ ...LEAD, campaign: 'keep' });
    expect(lead.status).toBe('delivered');
    const { body } = await leadrail.api.get('/v1/leads?buyer=keep&field.first_name=Ada');
    expect(JSON.stringify(body)).toContain(lead.id);
  });

  it('that no route takes is visible, and no workflow is started for it', async () => {
    const lead = await source.postLead({ ...LEAD, campaign: 'unheard-of' });
    expect(lead).toMatchObject({ status: 'undelivered', reason: 'no route' });
    expect(JSON.stringify((await leadrail.api.get('/v1/dead-letters')).body)).toContain(lead.id);
  });

  it('goes on to the next buyer at once when it is refused, in the one activity of its first attempts', async () => {
    acme.answers(() => ({ body: { success: false, message: 'we know this person' } }));
    const lead = await source.postLead({ ...LEAD, campaign: 'chain' });
    expect(lead.deliveries.map(({ buyer, status }) => [buyer, status])).toEqual([
      ['acme', 'rejected'],
      ['bravo', 'delivered'],
      ['keep', 'skipped'],
    ]);
    expect([acme.requests.length, bravo.requests.length]).toEqual([1, 1]);
    const { events } = await leadrail.foundation.temporal.client.workflow.getHandle(`lead-${lead.id}`).fetchHistory();
    expect(events?.filter((event) => event.activityTaskScheduledEventAttributes)).toHaveLength(1);
  });

  it('is not sent again because its end could not be written', async () => {
    const { attempts } = leadrail.foundation.store;
    const finish = attempts.finish.bind(attempts);
    let failures = 2;
    attempts.finish = (end) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error('the disk is full')) : finish(end);
    };
    try {
      const lead = await source.postLead({ ...LEAD, campaign: 'alone' });
      expect(lead.status).toBe('delivered');
      expect(acme.requests).toHaveLength(1);
      expect(lead.deliveries[0]?.attempts).toHaveLength(1);
    } finally {
      attempts.finish = finish;
    }
  });

  it('leaves nothing personal in the Temporal history', async () => {
    let asked = 0;
    // Tried again, so that there is a child with a failure in it.
    acme.answers(() => ({ status: asked++ === 0 ? 503 : 200, body: { success: false, message: 'Ada Alder is known' } }));
    const lead = await source.postLead(LEAD);
    const { client } = leadrail.foundation.temporal;
    const ids = [`lead-${lead.id}`, `lead-${lead.id}/fan-out`];
    for (const id of ids) {
      const history = JSON.stringify(await client.workflow.getHandle(id).fetchHistory(), (_key, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
      );
      const readable = history.replaceAll(/"data":"([A-Za-z0-9+/=]+)"/g, (_match, data: string) => Buffer.from(data, 'base64').toString('utf8'));
      for (const personal of ['Ada', 'Alder', 'example.com', '5550100', 'is known', 'a-literal-token']) expect(readable).not.toContain(personal);
      expect(readable).toContain('acme');
    }
    expect(lead.links.temporal).toContain(`lead-${lead.id}`);
  });
});

describe('redelivery', () => {
  it('sends an undelivered lead again under the same delivery id', async () => {
    acme.answers(() => ({ status: 404 }));
    const lead = await source.postLead({ ...LEAD, campaign: 'alone' });
    expect(lead.status).toBe('undelivered');
    acme.answers(() => ({}));
    const id = lead.deliveries[0]?.id ?? '';
    expect((await leadrail.api.post(`/v1/deliveries/${id}/redeliver`, {})).status).toBeLessThan(300);
    const again = await until('the lead is delivered', async () => {
      const now = await leadrail.api.lead(lead.id);
      return now.status === 'delivered' && now;
    });
    expect(again.deliveries).toHaveLength(1);
    expect(new Set(acme.requests.map(({ key }) => key))).toEqual(new Set([id]));
  });

  it('gives a delivery up, with a reason', async () => {
    acme.answers(() => ({ status: 404 }));
    const lead = await source.postLead({ ...LEAD, campaign: 'alone' });
    const id = lead.deliveries[0]?.id ?? '';
    expect((await leadrail.api.post(`/v1/deliveries/${id}/discard`, { reason: 'sold elsewhere' })).status).toBe(200);
    expect((await leadrail.api.lead(lead.id)).status).toBe('discarded');
  });
});
