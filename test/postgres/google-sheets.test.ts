import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GoogleSheetsStandIn } from '../stand-ins/google-sheets.ts';
import { postLeads, untilAll } from '../support/posting.ts';
import { startTopology, type Topology } from '../support/topology.ts';
import { until } from '../support/until.ts';

const LEADS = 60;

let topology: Topology;
let google: GoogleSheetsStandIn;

beforeAll(async () => {
  google = await GoogleSheetsStandIn.start('sheet-1');
  topology = await startTopology({ apis: 1, workers: 2 });
});
afterAll(async () => {
  await topology.stop();
  await google.stop();
});

describe('two workers and one spreadsheet', () => {
  it('write each lead once, also when one of them is killed while rows are written and not answered', async () => {
    const api = topology.admin();
    await api.put('/v1/secrets/acme_google', { value: GoogleSheetsStandIn.KEY });
    await api.configure({
      sources: [{ id: 'web' }],
      buyers: [{ id: 'acme', breaker: { trips: 1_000 }, destinations: [{ id: 'sheet', type: 'google-sheets', serviceAccount: 'secret://acme_google', spreadsheetId: 'sheet-1', baseUrl: google.baseUrl }] }],
      routes: [{ id: 'all', deliver: ['acme'] }],
    });
    let isHanging = false;
    google.fails(({ appends }) => {
      if (appends === 0 || isHanging) return undefined;
      isHanging = true;
      return 'hang';
    });
    const leads = await postLeads([api], {}, LEADS);
    await until('rows are written that nobody answers', () => isHanging);
    await topology.workers[0]?.kill();
    const delivered = await untilAll('delivered', leads, api);
    const rows = google.spreadsheets.get('sheet-1')?.rowsOf('Leads').slice(1).map(([id]) => id) ?? [];
    expect(rows.toSorted()).toEqual(delivered.map(({ deliveries }) => deliveries[0]?.id).toSorted());
  });
});
