import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLeadrail, type Leadrail } from '../support/leadrail.ts';
import { until } from '../support/until.ts';
import { GoogleSheetsStandIn } from '../stand-ins/google-sheets.ts';

let leadrail: Leadrail;
let google: GoogleSheetsStandIn;

beforeEach(async () => {
  [leadrail, google] = await Promise.all([startLeadrail(), GoogleSheetsStandIn.start('sheet-1')]);
  await leadrail.api.put('/v1/secrets/acme_google', { value: GoogleSheetsStandIn.KEY });
  await leadrail.api.configure({
    sources: [{ id: 'web' }],
    buyers: [{ id: 'acme', breaker: { trips: 1_000 }, destinations: [{ id: 'sheet', type: 'google-sheets', serviceAccount: 'secret://acme_google', spreadsheetId: 'sheet-1', baseUrl: google.baseUrl }] }],
    routes: [{ id: 'all', deliver: ['acme'] }],
  });
});
afterEach(async () => {
  await leadrail.stop();
  await google.stop();
});

describe('leads for a spreadsheet', () => {
  it('are each one row, in few calls, although every third answer is lost after the rows were written', async () => {
    google.fails(({ kind, appends }, number) => (kind === 'update' && appends > 0 && number % 3 === 0 ? 'cut' : undefined));
    const source = await leadrail.intake('web');
    const ids: string[] = [];
    for (let number = 0; number < 200; number += 10) {
      const answers = await Promise.all(Array.from({ length: 10 }, (_, offset) => source.post('/v1/leads', { number: number + offset, first_name: `=1+${number + offset}` })));
      expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(202));
      ids.push(...answers.map(({ body }) => String(body['id'])));
    }
    for (const id of ids) await until('all are delivered', async () => (await leadrail.api.lead(id)).status === 'delivered');
    const [header, ...rows] = google.spreadsheets.get('sheet-1')?.rowsOf('Leads') ?? [];
    expect(header).toEqual(['Delivery ID', 'number', 'first_name']);
    expect(rows).toHaveLength(200);
    expect(new Set(rows.map(([id]) => id)).size).toBe(200);
    expect(google.calls.length).toBeLessThan(40);
    expect(google.count('token')).toBe(1);
    const { deliveries } = await leadrail.api.lead(ids[0] ?? '');
    const [delivery] = deliveries;
    expect(delivery?.recipientId).toMatch(/^Leads!A\d+$/);
    const row = Number(delivery?.recipientId?.slice('Leads!A'.length));
    expect(rows[row - 2]).toEqual([delivery?.id, 0, '=1+0']);
  });
});
