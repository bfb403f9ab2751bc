import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { LeadrailProcess } from '../support/leadrail-process.ts';
import { StandInBuyer } from '../support/stand-in-buyer.ts';
import { until } from '../support/until.ts';

const LEADS = 200;
const PORT = 0;

let dataDir: string;
let buyers: StandInBuyer[];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'leadrail-crash-'));
  buyers = await Promise.all([StandInBuyer.start(), StandInBuyer.start()]);
});
afterAll(async () => {
  await Promise.all(buyers.map((buyer) => buyer.stop()));
  await rm(dataDir, { recursive: true, force: true });
});

describe('kill -9 of everything in the middle of 200 leads', () => {
  it('loses no lead that was accepted, and delivers each once to a buyer that honours the idempotency key', { timeout: 240_000 }, async () => {
    const first = await LeadrailProcess.start(dataDir, PORT);
    await first.api.configure({
      sources: [{ id: 'web' }],
      buyers: buyers.map(({ url }, index) => ({ id: `buyer-${index}`, breaker: { trips: 1000 }, destinations: [{ id: 'api', type: 'webhook', url }] })),
      routes: [{ id: 'all', deliver: ['buyer-0', 'buyer-1'] }],
    });
    const { body } = await first.api.post('/v1/sources/web/keys', {});
    const intake = new ApiClient(first.api.address, String(body['key']));
    const accepted: string[] = [];
    const posting = Array.from({ length: LEADS }, (_, number) => number);
    const postAll = async () => {
      for (let number = posting.shift(); number !== undefined; number = posting.shift()) {
        const answer = await intake.post('/v1/leads', { number }).catch(() => null);
        if (answer?.status === 202) accepted.push(String(answer.body['id']));
      }
    };
    const posters = Promise.all(Array.from({ length: 10 }, postAll));
    await until('some leads have arrived', () => buyers.every(({ taken }) => taken.size >= LEADS / 4));
    await first.killEverything();
    await posters;
    expect(accepted.length).toBeGreaterThan(LEADS / 4);

    const second = await LeadrailProcess.start(dataDir, PORT);
    try {
      for (const id of accepted) {
        await until(`lead ${id} is delivered`, async () => (await second.api.lead(id)).status === 'delivered');
      }
      for (const id of accepted) {
        const lead = await second.api.lead(id);
        lead.deliveries.forEach((delivery, index) => {
          expect(delivery.status).toBe('delivered');
          expect(buyers[index]?.taken.has(delivery.id)).toBe(true);
        });
      }
      // Every request that left has its evidence.
      for (const [index, buyer] of buyers.entries()) {
        for (const id of accepted) {
          const delivery = (await second.api.lead(id)).deliveries[index];
          const left = buyer.requests.filter(({ key }) => key === delivery?.id).length;
          expect(delivery?.attempts.length).toBeGreaterThanOrEqual(left);
        }
      }
    } finally {
      await second.stop();
    }
  });
});
