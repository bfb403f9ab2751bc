import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLeadrail, type Leadrail } from '../support/leadrail.ts';
import { StandInBuyer } from '../support/stand-in-buyer.ts';

let leadrail: Leadrail;
let acme: StandInBuyer;
let sandbox: StandInBuyer;

const PATH = '/v1/buyers/acme/destinations/api';

async function configure(changes: Record<string, unknown>): Promise<void> {
  await leadrail.api.configure({
    sources: [{ id: 'web', fields: { phone: { type: 'phone', required: true }, email: 'email' } }],
    buyers: [
      {
        id: 'acme',
        breaker: { trips: 1 },
        destinations: [
          {
            id: 'api',
            type: 'webhook',
            url: acme.url,
            auth: { type: 'bearer', token: 'a-literal-token-of-acme' },
            map: [{ to: 'tel', from: 'phone' }, { to: 'is_test', from: 'lead.test' }],
            response: { otherwise: 'failure', captures: { queue: 'queue', echo: 'echo' }, rules: [{ equals: 'yes', at: 'taken', outcome: 'success' }] },
            ...changes,
          },
        ],
      },
    ],
    routes: [{ id: 'all', deliver: ['acme'] }],
  });
}

async function openChecks(): Promise<string[]> {
  const { body } = await leadrail.api.get(`${PATH}/checklist`);
  return (body.checks as { check: string; done: boolean }[]).flatMap(({ check, done }) => (done ? [] : [check]));
}

beforeAll(async () => {
  leadrail = await startLeadrail();
  acme = await StandInBuyer.start();
  sandbox = await StandInBuyer.start();
});
afterAll(async () => {
  await leadrail.stop();
  await acme.stop();
  await sandbox.stop();
});

describe('a destination on its way to its first lead', () => {
  it('is tried as a draft, which gets no leads, until everything on its list is done', async () => {
    await configure({ draft: true });
    expect((await leadrail.api.get(`${PATH}/checklist`)).body).toMatchObject({ draft: true, ready: false });
    expect(await openChecks()).toEqual(['url', 'authentication', 'test']);

    acme.answers(() => ({ status: 401 }));
    const refused = await leadrail.api.post(`${PATH}/test`, { lead: { phone: '(212) 555-0199' } });
    expect(refused).toMatchObject({ status: 200, body: { delivery: { status: 'failed', deadLetter: null }, attempt: { response: { status: 401 }, outcome: 'error', code: 'unauthorized', gate: 'test', nextAttemptAt: null } } });
    expect(await openChecks()).toEqual(['url', 'authentication', 'test']);

    acme.answers(() => ({ status: 200, headers: { 'content-type': 'application/json' }, body: '{"taken":"yes"}' }));
    const taken = await leadrail.api.post(`${PATH}/test`, {});
    expect(taken).toMatchObject({
      status: 200,
      body: {
        delivery: { status: 'delivered' },
        attempt: { request: { url: acme.url, body: '{"tel":"2125550142","is_test":true}', headers: { Authorization: expect.stringMatching(/^\*+$/) as string } }, response: { status: 200 }, address: expect.stringContaining('127.0.0.1') as string },
      },
    });
    expect(acme.requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer a-literal-token-of-acme', 'Bearer a-literal-token-of-acme']);
    expect(await openChecks()).toEqual([]);

    // A new secret, be it a literal one, was not tried.
    const withToken = (token: string) => configure({ draft: true, auth: { type: 'bearer', token } });
    await leadrail.api.put('/v1/secrets/acme_token', { value: 'a-first-token-of-acme' });
    await withToken('another-literal-token-of-acme');
    expect(await openChecks()).toEqual(['url', 'authentication', 'test']);
    await withToken('secret://acme_token');
    await leadrail.api.post(`${PATH}/test`, {});
    expect(await openChecks()).toEqual([]);
    await leadrail.api.put('/v1/secrets/acme_token', { value: 'a-second-token-of-acme' });
    expect(await openChecks()).toEqual(['url', 'authentication', 'test']);
    await withToken('a-literal-token-of-acme');
    await leadrail.api.post(`${PATH}/test`, {});
    expect(await openChecks()).toEqual([]);
    acme.requests.splice(2);

    const source = await leadrail.intake('web');
    expect((await source.post('/v1/leads', { phone: '212 555 0100' })).body).toMatchObject({ status: 'undelivered', deliveries: [] });
    await configure({});
    expect((await leadrail.api.get(`${PATH}/checklist`)).body).toMatchObject({ draft: false, ready: true });
    acme.answers(({ headers }) => ({ status: 200, headers: { 'content-type': 'application/json' }, body: { taken: 'yes', queue: 'w\u0000est', echo: headers['authorization'] } }));
    const captures = { queue: 'w\u0000est', echo: expect.not.stringContaining('a-literal-token') as string };
    expect((await source.post('/v1/leads?wait=20s', { phone: '212 555 0100' })).body).toMatchObject({ status: 'delivered', deliveries: [{ captures }] });
    expect(acme.requests).toHaveLength(3);
  });

  it('is tried past a shut gate, and what a test comes to reaches neither breaker, alerts nor dead letters', async () => {
    await configure({ retry: { attempts: 5, initial: '10ms' } });
    await leadrail.api.post('/v1/buyers/acme/pause', {});
    acme.answers(() => ({ status: 503 }));
    const sent = acme.requests.length;
    const tested = await leadrail.api.post(`${PATH}/test`, {});
    expect(tested).toMatchObject({ status: 200, body: { delivery: { status: 'failed', deadLetter: null }, attempt: { number: 1, response: { status: 503 } } } });
    expect(acme.requests).toHaveLength(sent + 1);
    expect((await leadrail.api.get('/v1/alerts')).body.items).toEqual([]);
    expect((await leadrail.api.get('/v1/dead-letters')).body.items).toEqual([expect.objectContaining({ delivery: null })]);
    expect((await leadrail.api.get('/v1/buyers/acme/breaker')).body).toMatchObject({ state: 'paused' });
    await leadrail.api.post('/v1/buyers/acme/resume', {});
  });

  it('sends no test to the production address where it has another for tests, and says what changed since', async () => {
    await configure({ testUrl: sandbox.url });
    expect(await openChecks()).toContain('test');
    const sent = acme.requests.length;
    sandbox.answers(() => ({ status: 200, headers: { 'content-type': 'application/json' }, body: '{"taken":"yes"}' }));
    expect((await leadrail.api.post(`${PATH}/test`, {})).body).toMatchObject({ delivery: { status: 'delivered' }, attempt: { request: { url: sandbox.url } } });
    expect([acme.requests.length, sandbox.requests.length]).toEqual([sent, 1]);
    expect(await openChecks()).toEqual([]);
  });

  it('is not there', async () => {
    expect((await leadrail.api.post('/v1/buyers/acme/destinations/none/test', {})).status).toBe(404);
    expect((await leadrail.api.get('/v1/buyers/none/destinations/api/checklist')).status).toBe(404);
  });
});
