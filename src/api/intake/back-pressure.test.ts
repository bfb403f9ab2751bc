import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemSchema } from '../http/problem.ts';
import { CONFIG, startApi, type ApiUnderTest } from '../testing/api-under-test.ts';

const HOURLY = ['hourly', 'keyed', 'changed', 'away'].map((id) => ({ id, limit: { leads: 3, per: 'hour' } }));
const SOURCES = [...CONFIG.sources, ...HOURLY];
const LEAD = { state: 'CA' };

let api: ApiUnderTest;
const post = (source: string, body: unknown = LEAD, headers: Record<string, string> = {}) => api.call('POST', `/v1/leads?source=${source}`, { body, headers });
const storedOf = async (source: string) => (await api.store.leads.search({ source }, 100, null)).items.length;

async function keyOf(source: string): Promise<string> {
  return z.object({ key: z.string() }).parse((await api.call('POST', `/v1/sources/${source}/keys`)).json).key;
}

beforeAll(async () => {
  api = await startApi({ intakeAtOnce: 2 });
  expect((await api.call('PUT', '/v1/config', { body: { ...CONFIG, sources: SOURCES } })).status).toBe(200);
});
afterAll(() => api.close());

describe('the limit of a source', () => {
  it('answers what is beyond it with 429, says when to come back, and stores nothing', async () => {
    const key = await keyOf('hourly');
    const statuses = [await post('hourly'), await api.call('POST', '/v1/leads?test=true', { body: LEAD, key }), await post('hourly')].map(({ status }) => status);
    expect(statuses).toEqual([202, 202, 202]);
    const refused = await api.call('POST', '/v1/leads', { body: LEAD, key });
    const problem = problemSchema.parse(refused.json);
    const seconds = Number(refused.headers.get('retry-after'));
    expect([refused.status, problem.type, Number.isInteger(seconds), seconds > 0, seconds <= 1_200]).toEqual([429, 'urn:leadrail:problem:too-many-leads', true, true, true]);
    expect(problem.detail).toMatch(/^Source hourly has used up its limit of 3 leads per hour\./);
    expect((await api.call('POST', '/v1/leads?test=true', { body: LEAD, key })).status).toBe(429);
    expect(await storedOf('hourly')).toBe(3);
    expect((await post('partner')).status).toBe(202);
  });

  it('is not used up by a lead that was sent before, by what cannot be taken, or by other content under a known key', async () => {
    const known = { 'idempotency-key': 'order-7' };
    const first = await post('keyed', LEAD, known);
    const again = [await post('keyed', LEAD, known), await post('keyed', { state: 'TX' }, known), await post('keyed', '{'), await post('keyed', LEAD, known)];
    expect(again.map(({ status }) => status)).toEqual([200, 409, 400, 200]);
    expect([(await post('keyed')).status, (await post('keyed')).status, (await post('keyed')).status]).toEqual([202, 202, 429]);
    const beyond = await post('keyed', LEAD, known);
    expect([beyond.status, beyond.headers.get('location')]).toEqual([200, first.headers.get('location')]);
    expect((await post('keyed', LEAD, { 'idempotency-key': 'order-8' })).status).toBe(429);
  });

  it('goes by what the configuration says now, and costs nothing where there is none', async () => {
    const { sourceLimits } = api.store;
    const take = sourceLimits.take.bind(sourceLimits);
    const asked: string[] = [];
    sourceLimits.take = (source, pace) => {
      asked.push(source);
      return take(source, pace);
    };
    for (let number = 0; number < 10; number += 1) await post('changed');
    // The fourth was refused by the database; this process knows that for the rest.
    expect(asked).toEqual(['changed', 'changed', 'changed', 'changed']);
    const sources = SOURCES.map((source) => (source.id === 'changed' ? { id: 'changed', limit: { leads: 1_000, per: 'second' } } : source));
    await api.call('PUT', '/v1/config', { body: { ...CONFIG, sources } });
    await expect.poll(async () => (await post('changed')).status, { timeout: 60_000 }).toBe(202);
    asked.length = 0;
    expect((await post('partner')).status).toBe(202);
    expect(asked).toEqual([]);
  });

  it('is part of the document of the API', async () => {
    const document = (await api.call('GET', '/openapi.json', { key: null })).json;
    const answer = z.object({ description: z.string(), headers: z.object({ 'Retry-After': z.unknown() }), content: z.object({ 'application/problem+json': z.unknown() }) });
    const paths = z.object({ paths: z.object({ '/v1/leads': z.object({ post: z.object({ responses: z.object({ 429: answer, 503: answer }) }) }) }) });
    expect(paths.safeParse(document).error).toBeUndefined();
  });
});

describe('more leads at once than may be', () => {
  it('are turned away with 503 until there is room, and every other call still works', async () => {
    const before = await storedOf('partner');
    const accept = api.store.leads.accept.bind(api.store.leads);
    let goOn = (): void => undefined;
    const slow = new Promise<void>((resolve) => (goOn = resolve));
    let waiting = 0;
    api.store.leads.accept = async (lead) => {
      waiting += 1;
      await slow;
      return accept(lead);
    };
    const underWay = [post('partner'), post('partner')];
    await expect.poll(() => waiting, { timeout: 60_000 }).toBe(2);
    const turnedAway = await post('partner');
    expect([turnedAway.status, turnedAway.headers.get('retry-after'), waiting]).toEqual([503, '1', 2]);
    expect((await api.call('GET', '/v1/leads')).status).toBe(200);
    goOn();
    expect((await Promise.all(underWay)).map(({ status }) => status)).toEqual([202, 202]);
    expect((await post('partner')).status).toBe(202);
    api.store.leads.accept = accept;
    expect(await storedOf('partner')).toBe(before + 3);
    expect(api.logged.filter((line) => line.includes('intake is full'))).toHaveLength(1);
  });
});

describe('without the database', () => {
  it('a lead gets a 503 that says when to try again, wherever the database is missed first', async () => {
    const key = await keyOf('away');
    await post('away');
    await api.store.close();
    const [byKey, limited, unlimited] = [await api.call('POST', '/v1/leads', { body: LEAD, key }), await post('away'), await post('partner')];
    for (const answer of [byKey, limited, unlimited]) {
      expect([answer.status, answer.headers.get('retry-after'), problemSchema.parse(answer.json).type]).toEqual([503, '5', 'urn:leadrail:problem:unavailable']);
    }
    expect((await api.call('POST', '/v1/leads', { body: LEAD, key: null })).status).toBe(401);
  });
});
