import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiClient, LeadAnswer } from '../support/api-client.ts';
import type { LeadrailPart } from '../support/leadrail-part.ts';
import { postLeads, untilAll } from '../support/posting.ts';
import { StandInBuyer, type StandInAnswer } from '../support/stand-in-buyer.ts';
import { startTopology, type Topology } from '../support/topology.ts';
import { until } from '../support/until.ts';

let topology: Topology;
let api: ApiClient;
let buyer: StandInBuyer;
/** Takes no lead: the first in a chain before `buyer`. */
let refusing: StandInBuyer;
/** The workers that are up. */
let workers: LeadrailPart[];

beforeAll(async () => {
  [buyer, refusing] = await Promise.all([StandInBuyer.start(), StandInBuyer.start()]);
  refusing.answers(() => ({ status: 422 }));
  topology = await startTopology({ apis: 1, workers: 2 });
  api = topology.admin();
  workers = [...topology.workers];
  await api.configure({
    sources: [{ id: 'web' }],
    buyers: [
      { id: 'acme', breaker: { trips: 1_000 }, destinations: [{ id: 'api', type: 'webhook', url: buyer.url, timeout: '60s' }] },
      { id: 'refusing', destinations: [{ id: 'api', type: 'webhook', url: refusing.url, response: { otherwise: 'failure' } }] },
    ],
    routes: [
      { id: 'chain', when: 'lead.by == "chain"', deliver: [{ firstOf: ['refusing', 'acme'] }] },
      { id: 'all', deliver: ['acme'] },
    ],
  });
});
afterAll(async () => {
  await topology.stop();
  await Promise.all([buyer.stop(), refusing.stop()]);
});
beforeEach(() => {
  buyer.answers(() => ({}));
  buyer.requests.length = 0;
  buyer.taken.clear();
});

/** From now on the buyer reads what it is sent and answers nothing, until told to. */
function holdAnswers(): () => void {
  let letGo = () => {};
  const told = new Promise<StandInAnswer>((resolve) => {
    letGo = () => resolve({});
  });
  buyer.answers(() => told);
  return () => letGo();
}

function toAcme({ deliveries }: LeadAnswer): LeadAnswer['deliveries'][number] | undefined {
  return deliveries.find((delivery) => delivery.buyer === 'acme');
}

function requestsFor(lead: LeadAnswer): number {
  return buyer.requests.filter(({ key }) => key === toAcme(lead)?.id).length;
}

function codesOf(lead: LeadAnswer): unknown[] {
  return (toAcme(lead)?.attempts ?? []).map(({ code, outcome }) => code ?? outcome);
}

describe('PostgreSQL that is killed and comes back', () => {
  it('is told to senders as 503 with Retry-After, and costs no lead that was taken, nor a second one', async () => {
    const refused: (string | null)[] = [];
    const ids = new Map<string, unknown>();
    let isOver = false;
    let number = 0;
    /** As a sender should: the same lead with the same key until it is taken. */
    const send = async () => {
      while (!isOver) {
        number += 1;
        const key = `postgres-${number}`;
        await until('a lead is taken', async () => {
          const answer = await api.post('/v1/leads?source=web', { key }, { 'Idempotency-Key': key });
          if (answer.status === 503) refused.push(answer.headers.get('retry-after'));
          else if (answer.status !== 200 && answer.status !== 202) throw new Error(`intake answered ${answer.status}`);
          else ids.set(key, answer.body['id']);
          return ids.has(key);
        });
      }
    };
    const senders = Promise.all([send(), send(), send(), send()]);
    await until('leads are taken', () => ids.size >= 20);
    await topology.postgres.kill();
    await until('each sender is refused', () => refused.length >= 4);
    const taken = ids.size;
    await topology.postgres.startAgain();
    await until('leads are taken again', () => ids.size >= taken + 20);
    isOver = true;
    await senders;

    expect(refused.every((after) => Number(after) > 0)).toBe(true);
    for (const lead of await untilAll('delivered', [...ids.values()].map(String), api)) expect(buyer.taken.has(lead.deliveries[0]?.id ?? '')).toBe(true);
    expect(buyer.taken.size).toBe(ids.size);
  });
});

describe('Temporal that is killed and comes back', () => {
  it('is not noticed by senders: leads taken meanwhile are started later, and what was on its way ends', async () => {
    const answer = holdAnswers();
    const onTheirWay = await postLeads([api], { temporal: 'there' }, 5);
    await until('every request has left', () => buyer.requests.length === onTheirWay.length);
    await topology.temporal.kill();
    answer();
    const meanwhile = await postLeads([api], { temporal: 'away' }, 20);
    await until('the API says so', async () => (await api.get('/readyz')).body['status'] === 'degraded');
    await topology.temporal.startAgain();

    for (const lead of await untilAll('delivered', meanwhile, api)) expect(requestsFor(lead)).toBe(1);
    await untilAll('delivered', onTheirWay, api);
    expect(buyer.taken.size).toBe(meanwhile.length + onTheirWay.length);
    expect(workers.map(({ isRunning }) => isRunning)).toEqual([true, true]);
  });
});

describe('a worker that is killed in the middle of deliveries', () => {
  it('loses none: the other sends again what was cut, under the same key, and what was cut is on record', async () => {
    const answer = holdAnswers();
    const [killed] = workers;
    if (!killed) throw new Error('there are two workers');
    const leads: string[] = [];
    const cut = await until('each of the workers has deliveries in its hands', async () => {
      leads.push(...(await postLeads([api], { killed: 'worker' }, 5)), ...(await postLeads([api], { killed: 'worker', by: 'chain' }, 5)));
      await until('every request has left', () => buyer.requests.length === leads.length);
      const at = await Promise.all(leads.map((id) => topology.workerAt(id, workers)));
      const mine = leads.filter((_, index) => at[index] === killed.pid);
      return mine.length > 0 && mine.length < leads.length && at.every((pid) => pid !== null) && mine;
    });
    await killed.kill();
    workers.shift();
    answer();

    for (const lead of await untilAll('delivered', leads, api)) {
      const codes = cut.includes(lead.id) ? ['interrupted', 'success'] : ['success'];
      expect({ codes: codesOf(lead), requests: requestsFor(lead) }).toEqual({ codes, requests: codes.length });
    }
    expect(buyer.taken.size).toBe(leads.length);
    // Who had refused was not asked again.
    expect(new Set(refusing.requests.map(({ key }) => key)).size).toBe(refusing.requests.length);
  });
});

describe('a worker that is told to end', () => {
  it('lets the deliveries in its hands end, takes no more, and ends well', async () => {
    const answer = holdAnswers();
    const [leaving] = workers;
    if (!leaving) throw new Error('one worker is left');
    const leads = await postLeads([api], { told: 'to end' }, 10);
    await until('every request has left', () => buyer.requests.length === leads.length);
    leaving.terminate();
    await until('it takes no more', () => /"state":"(STOPPING|DRAINING)"/.test(leaving.output));
    const late = await postLeads([api], { told: 'too late' }, 5);
    expect(leaving.isRunning).toBe(true);
    answer();
    expect(await leaving.ended).toEqual({ code: 0, signal: null });
    expect(buyer.requests.length).toBe(leads.length);

    await topology.startWorker();
    for (const lead of await untilAll('delivered', [...leads, ...late], api)) {
      expect({ codes: codesOf(lead), requests: requestsFor(lead) }).toEqual({ codes: ['success'], requests: 1 });
    }
  });
});
