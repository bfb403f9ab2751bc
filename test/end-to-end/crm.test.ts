import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { failed as hubspotError, HubspotStandIn } from '../../src/channels/hubspot/hubspot.test-support.ts';
import { Organisation } from '../../src/channels/salesforce/organisation.test-support.ts';
import type { ApiClient, LeadAnswer } from '../support/api-client.ts';
import { startLeadrail, type Leadrail } from '../support/leadrail.ts';
import { until } from '../support/until.ts';

let leadrail: Leadrail;
let source: ApiClient;
let salesforce: Organisation;
let hubspot: HubspotStandIn;

beforeAll(async () => {
  [leadrail, salesforce, hubspot] = await Promise.all([startLeadrail(), Organisation.start(), HubspotStandIn.start()]);
  for (const [name, value] of Object.entries({ hubspot_token: 'pat-na1-made-up', salesforce_refresh: salesforce.refreshToken })) await leadrail.api.put(`/v1/secrets/${name}`, { value });
  await leadrail.api.configure({
    sources: [{ id: 'web' }],
    buyers: [
      { id: 'hubspot', breaker: { trips: 2 }, destinations: [{ id: 'crm', type: 'hubspot', accessToken: 'secret://hubspot_token', baseUrl: hubspot.baseUrl }] },
      { id: 'salesforce', destinations: [{ id: 'crm', type: 'salesforce', baseUrl: salesforce.loginUrl, ...Organisation.CLIENT, refreshToken: 'secret://salesforce_refresh', externalIdField: Organisation.EXTERNAL_ID }] },
      { id: 'forms', destinations: [{ id: 'form', type: 'salesforce', mode: 'web-to-lead', oid: Organisation.OID, baseUrl: salesforce.loginUrl }] },
      { id: 'both', destinations: [{ id: 'crm', type: 'hubspot', accessToken: 'pat-na1-of-another', baseUrl: hubspot.baseUrl }, { id: 'store', type: 'database' }] },
      { id: 'spare', destinations: [{ id: 'store', type: 'database' }] },
    ],
    routes: [
      { id: 'chain', when: 'lead.to == "chain"', deliver: [{ firstOf: ['hubspot', 'spare'] }] },
      ...['hubspot', 'salesforce', 'forms', 'both'].map((buyer) => ({ id: buyer, when: `lead.to == "${buyer}"`, deliver: [buyer] })),
    ],
  });
  source = await leadrail.intake('web');
});
afterAll(async () => {
  await leadrail.stop();
  await Promise.all([salesforce.close(), hubspot.close()]);
});

let number = 0;
const post = (to: string, fields: Record<string, unknown> = {}) => source.postLead({ to, first_name: 'Zoë', last_name: 'O’Neil', email: `zoe-${(number += 1)}@example.com`, ...fields });
const deliveryOf = async ({ id }: LeadAnswer, buyer: string) => (await leadrail.api.lead(id)).deliveries.find((delivery) => delivery.buyer === buyer);
const stateOf = async (buyer: string) => (await leadrail.api.get(`/v1/buyers/${buyer}/breaker`)).body['state'];

const alertsSchema = z.array(z.looseObject({ kind: z.string(), buyer: z.string(), reason: z.string(), clearedAt: z.string().nullable() }));
const alertsOf = async (buyer: string) => alertsSchema.parse((await leadrail.api.get('/v1/alerts')).body['items']).filter((alert) => alert.buyer === buyer);

/** Leads of the first moment after a destination was shut may fail still: a worker's picture of it is up to a quarter of a second old. */
const heldLead = (to: string) =>
  until('a lead is held', async () => {
    const lead = await post(to);
    return lead.deliveries[0]?.status === 'held' && lead;
  });

describe('leads by Web-to-Lead', () => {
  it('arrive as a browser would send them, and one that is not taken says why', async () => {
    const lead = await post('forms', { phone: '5125550142' });
    expect(lead).toMatchObject({ status: 'delivered' });
    expect(Object.fromEntries(salesforce.forms[0] ?? [])).toMatchObject({ oid: Organisation.OID, first_name: 'Zoë', last_name: 'O’Neil', company: 'Zoë O’Neil', phone: '5125550142' });
    salesforce.failures.push({ status: 200, headers: { 'is-processed': 'Exception:made up' } });
    expect((await post('forms')).deliveries[0]).toMatchObject({ status: 'failed', attempts: [{ kind: 'permanent', reason: expect.stringContaining('is-processed') as unknown }] });
  });
});

describe('leads by OAuth to Salesforce', () => {
  it('are records once each with id and link, and a session that ends is renewed within the attempt, all of it proved', async () => {
    const [first] = await Promise.all([post('salesforce'), post('salesforce')]);
    const delivery = await deliveryOf(first, 'salesforce');
    expect(delivery).toMatchObject({ status: 'delivered', recipientId: expect.stringMatching(/^00Q/) as string, captures: { link: `${salesforce.instanceUrl ?? ''}/${delivery?.recipientId ?? ''}` } });
    expect(salesforce.tokenCalls).toHaveLength(1);
    salesforce.revokeToken();
    const renewed = await deliveryOf(await post('salesforce'), 'salesforce');
    expect(renewed?.attempts).toMatchObject([{ outcome: 'success', response: { status: 201 }, furtherExchanges: [{ response: { status: 401 }, request: { method: 'PATCH' } }] }]);
    expect(salesforce.rows.size).toBe(3);
  });

  it('whose access is revoked are held behind an alert, and go out once it is put right', async () => {
    const rows = salesforce.rows.size;
    salesforce.revokeToken();
    salesforce.refreshToken = 'another-one';
    const failed = await post('salesforce');
    expect(failed.deliveries[0]).toMatchObject({ status: 'failed', attempts: [{ kind: 'permanent', reason: expect.stringMatching(/invalid_grant.*Get a new refresh token/s) as unknown }] });
    await until('the destination is shut', async () => (await stateOf('salesforce')) === 'open');
    const held = await heldLead('salesforce');
    const alerts = await alertsOf('salesforce');
    expect(alerts).toContainEqual(expect.objectContaining({ kind: 'destination-shut', clearedAt: null, reason: expect.stringContaining('resume the destination') as unknown }));
    expect(alerts).toContainEqual(expect.objectContaining({ kind: 'delivery-problem', clearedAt: null, reason: expect.stringContaining('Get a new refresh token') as unknown }));
    expect(salesforce.rows.size).toBe(rows);

    await leadrail.api.put('/v1/secrets/salesforce_refresh', { value: 'another-one' });
    await leadrail.api.post('/v1/buyers/salesforce/resume', {});
    await until('the held lead is delivered', async () => (await leadrail.api.lead(held.id)).status === 'delivered');
    await leadrail.api.post(`/v1/leads/${failed.id}/redeliver`, {});
    await until('the failed lead is delivered', async () => (await leadrail.api.lead(failed.id)).status === 'delivered');
    await until('the alerts are over', async () => (await alertsOf('salesforce')).every(({ clearedAt }) => clearedAt !== null));
  });
});

describe('leads to HubSpot by a private app', () => {
  it('that HubSpot does not take shut nothing, however many there are', async () => {
    for (let lead = 0; lead < 3; lead += 1) {
      expect((await post('hubspot', { email: 'zoe at example' })).deliveries[0]).toMatchObject({ status: 'failed', attempts: [{ kind: 'permanent', code: 'invalid-data' }] });
    }
    expect((await alertsOf('hubspot')).filter(({ clearedAt }) => clearedAt === null)).toMatchObject([{ kind: 'delivery-problem', reason: expect.stringContaining('INVALID_EMAIL') as unknown }]);
    expect((await post('hubspot')).status).toBe('delivered');
    expect(await stateOf('hubspot')).toBe('closed');
    await until('the alert is over', async () => (await alertsOf('hubspot')).every(({ clearedAt }) => clearedAt !== null));
  });

  it('are held while its requests of the day are used up, and the buyer’s other destination goes on', async () => {
    hubspot.accessTokens.add('pat-na1-of-another');
    hubspot.told.push(hubspotError(429, 'RATE_LIMITS', 'You have reached your daily limit.', { policyName: 'DAILY' }));
    const lead = await post('both', {});
    await until('it is held', async () => (await deliveryOf(lead, 'both'))?.status === 'held');
    expect((await leadrail.api.lead(lead.id)).deliveries).toMatchObject([{ destination: 'crm', status: 'held' }, { destination: 'store', status: 'delivered' }]);
    expect(await alertsOf('both')).toContainEqual(expect.objectContaining({ kind: 'breaker-open', destination: 'crm', reason: expect.stringContaining('quota-exhausted') as unknown }));
    expect((await post('both')).deliveries).toMatchObject([{ status: 'held', attempts: [] }, { status: 'delivered' }]);
    await leadrail.api.post('/v1/buyers/both/resume', {});
    await until('it is delivered', async () => (await leadrail.api.lead(lead.id)).status === 'delivered');
  });

  it('whose token is revoked move on in a chain, or are held and go out once there is another', async () => {
    expect((await post('chain')).deliveries).toMatchObject([{ buyer: 'hubspot', status: 'delivered' }, { status: 'skipped' }]);
    hubspot.accessTokens.clear();
    const failed = await post('chain');
    expect(failed).toMatchObject({ status: 'delivered', deliveries: [{ buyer: 'hubspot', status: 'failed', attempts: [{ kind: 'permanent', reason: expect.stringContaining('resume the destination') as unknown }] }, { buyer: 'spare', status: 'delivered' }] });
    await until('the destination is shut', async () => (await stateOf('hubspot')) === 'open');
    const moved = await until('a lead moves on without being sent', async () => {
      const lead = await post('chain');
      return lead.deliveries[0]?.status === 'skipped' && lead;
    });
    expect(moved).toMatchObject({ status: 'delivered', deliveries: [{ attempts: [] }, { buyer: 'spare', status: 'delivered' }] });
    const held = await heldLead('hubspot');

    hubspot.accessTokens.add('pat-na1-the-next');
    await leadrail.api.put('/v1/secrets/hubspot_token', { value: 'pat-na1-the-next' });
    await leadrail.api.post('/v1/buyers/hubspot/resume', {});
    await until('the held lead is delivered', async () => (await leadrail.api.lead(held.id)).status === 'delivered');
  });
});
