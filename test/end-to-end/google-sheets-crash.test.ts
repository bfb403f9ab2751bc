import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GoogleSheetsStandIn } from '../stand-ins/google-sheets.ts';
import { ApiClient } from '../support/api-client.ts';
import { LeadrailProcess } from '../support/leadrail-process.ts';
import { until } from '../support/until.ts';

const LEADS = 200;
const POSTERS = 10;

let dataDir: string;
let google: GoogleSheetsStandIn;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'leadrail-sheet-crash-'));
  google = await GoogleSheetsStandIn.start('sheet-1');
});
afterAll(async () => {
  await google.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describe('kill -9 of everything while leads go into a spreadsheet', () => {
  it('leaves exactly one row of each lead, also of those whose rows were written and not yet answered', { timeout: 240_000 }, async () => {
    const first = await LeadrailProcess.start(dataDir, 0);
    await first.api.put('/v1/secrets/acme_google', { value: GoogleSheetsStandIn.KEY });
    await first.api.configure({
      sources: [{ id: 'web' }],
      buyers: [{ id: 'acme', breaker: { trips: 1_000 }, destinations: [{ id: 'sheet', type: 'google-sheets', serviceAccount: 'secret://acme_google', spreadsheetId: 'sheet-1', baseUrl: google.baseUrl }] }],
      routes: [{ id: 'all', deliver: ['acme'] }],
    });
    const { body } = await first.api.post('/v1/sources/web/keys', {});
    const key = String(body['key']);
    // The first rows are written and cut off; the next are written, and the process is killed while it waits for the answer.
    let isHanging = false;
    google.fails(({ appends }, number) => {
      if (appends === 0) return undefined;
      isHanging ||= number > 2;
      return isHanging ? 'hang' : 'cut';
    });
    const accepted: string[] = [];
    const posting = Array.from({ length: LEADS }, (_, number) => number);
    const post = async (address: string) => {
      const intake = new ApiClient(address, key);
      const postAll = async () => {
        for (let number = posting.shift(); number !== undefined; number = posting.shift()) {
          const answer = await intake.post('/v1/leads', { number }).catch(() => null);
          if (answer?.status === 202) accepted.push(String(answer.body['id']));
          else if (answer === null) return;
        }
      };
      await Promise.all(Array.from({ length: POSTERS }, postAll));
    };
    const posters = post(first.api.address);
    await until('rows are written that nobody answers', () => isHanging);
    await first.killEverything();
    await posters;
    google.fails(({ appends }, number) => (appends > 0 && number % 3 === 0 ? 'cut' : undefined));

    const second = await LeadrailProcess.start(dataDir, 0);
    try {
      await post(second.api.address);
      expect(accepted.length).toBeGreaterThan(LEADS - 2 * POSTERS);
      for (const id of accepted) await until(`lead ${id} is delivered`, async () => (await second.api.lead(id)).status === 'delivered');
      const deliveries = await Promise.all(accepted.map(async (id) => (await second.api.lead(id)).deliveries[0]?.id));
      const rows = google.spreadsheets.get('sheet-1')?.rowsOf('Leads').slice(1).map(([id]) => id) ?? [];
      expect(new Set(rows).size).toBe(rows.length);
      expect(rows).toEqual(expect.arrayContaining(deliveries));
      // A lead may have been stored whose answer the crash took away: no more than one of each poster.
      expect(rows.length - deliveries.length).toBeLessThanOrEqual(POSTERS);
    } finally {
      await second.stop();
    }
  });
});
