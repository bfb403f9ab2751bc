import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExposition, valueOf, type Family } from '../../metrics/exposition.test-support.ts';
import { CONFIG, startApi, type ApiUnderTest } from '../testing/api-under-test.ts';

const SDK_TEXT = '# HELP temporal_request_total Requests\n# TYPE temporal_request_total counter\ntemporal_request_total{operation="PollWorkflowTaskQueue"} 3\n';

let api: ApiUnderTest;
let sdk: Server;
let sdkStatus = 200;

/** Stands in for the exporter of the Temporal SDK. */
async function startSdk(): Promise<string> {
  sdk = createServer((_request, response) => response.writeHead(sdkStatus, { 'content-type': 'text/plain' }).end(sdkStatus === 200 ? SDK_TEXT : 'not now')).listen(0, '127.0.0.1');
  await once(sdk, 'listening');
  const address = sdk.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/metrics`;
}

beforeAll(async () => {
  api = await startApi({ temporalSdkUrl: await startSdk() });
  await api.call('PUT', '/v1/config', { body: CONFIG });
});
afterAll(async () => {
  await api.close();
  sdk.close();
});

async function scrape(): Promise<Map<string, Family>> {
  const { status, text, headers } = await api.call('GET', '/metrics');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return readExposition(text);
}

describe('GET /metrics', () => {
  it('needs the admin key', async () => {
    expect((await api.call('GET', '/metrics', { key: null })).status).toBe(401);
    expect((await api.call('GET', '/metrics', { key: 'wrong' })).status).toBe(401);
  });

  it('can be read line by line: ours by the conventions, the process’s, and the Temporal SDK’s in one', async () => {
    const families = await scrape();
    expect([...families.keys()]).toEqual(expect.arrayContaining(['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds', 'temporal_request_total', 'leadrail_build_info']));
    const ours = [...families.values()].filter(({ name }) => name.startsWith('leadrail_'));
    expect(ours.length).toBeGreaterThan(15);
    for (const { name, help, type } of ours) {
      expect(help, name).toMatch(/^\S.{10,}/);
      expect(name, name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(name.endsWith('_total'), `${name} is a ${type}`).toBe(type === 'counter');
      expect(name, 'base units').not.toMatch(/_(ms|milliseconds|minutes|hours|kilobytes|percent)(_|$)/);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
      expect(name, 'kept for histograms').not.toMatch(/_(bucket|count|sum)$/);
    }
  });

  it('counts each lead by source and result, and every answer of intake by status', async () => {
    const before = await scrape();
    const rise = (after: Map<string, Family>, name: string, labels: Record<string, string>) => valueOf(after, name, labels) - valueOf(before, name, labels);
    const send = (body: unknown, headers: Record<string, string> = {}, key?: string) => api.call('POST', '/v1/leads?source=facebook', { body, headers, ...(key === undefined ? {} : { key }) });
    await send({ phone: '212-555-0142', state: 'CA' }, { 'idempotency-key': 'k1' });
    await send({ phone: '212-555-0142', state: 'CA' }, { 'idempotency-key': 'k1' });
    await send({ phone: '212-555-0143', state: 'CA' }, { 'idempotency-key': 'k1' });
    await send({ phone: '212-555-0144', state: 'NY' });
    await send({ state: 'CA' });
    await send({ phone: '212-555-0145' }, {}, 'wrong');
    const after = await scrape();
    const results = ['stored', 'known', 'conflict', 'no-route', 'invalid', 'unavailable'];
    expect(results.map((result) => rise(after, 'leadrail_leads_received_total', { source: 'facebook', result }))).toEqual([1, 1, 1, 1, 1, 0]);
    expect(['200', '202', '401', '409', '422'].map((status) => rise(after, 'leadrail_intake_requests_total', { status }))).toEqual([1, 2, 1, 1, 1]);
    expect(rise(after, 'leadrail_intake_duration_seconds_count', { result: 'stored' })).toBe(1);
    expect(valueOf(after, 'leadrail_leads_received_total', { source: 'partner', result: 'stored' }), 'there before its first lead').toBe(0);
    expect(after.get('leadrail_leads_received_total')?.samples.some(({ labels }) => labels['source'] === 'partner')).toBe(true);
  });

  it('does not count the time that ?wait= waits as intake', async () => {
    const before = await scrape();
    await api.call('POST', '/v1/leads?source=facebook&wait=3s', { body: { phone: '212-555-0146', state: 'CA' } });
    const after = await scrape();
    const rise = (name: string) => valueOf(after, name, { result: 'stored' }) - valueOf(before, name, { result: 'stored' });
    expect(rise('leadrail_intake_duration_seconds_count')).toBe(1);
    expect(rise('leadrail_intake_duration_seconds_sum')).toBeLessThan(3);
  });

  it('shows what stands in the store, and nobody’s data', async () => {
    const id = await api.sendLead({ state: 'TX', first_name: 'Nobodysname' });
    await api.store.gates.publish({
      buyer: 'bravo',
      version: 1,
      paused: null,
      probes: 0,
      destinations: { api: { state: 'open', reason: 'errors', since: '2026-03-01T10:00:00.000Z', errors: 5, cooldownMs: 1_000, nextProbeAt: null } },
    });
    await api.store.gates.publish({ buyer: 'spare', version: 1, paused: { reason: 'a person', since: '2026-03-01T10:00:00.000Z' }, probes: 0, destinations: {} });
    await api.store.alerts.raise({ kind: 'breaker-open', buyer: 'bravo', destination: 'api', lead: null, reason: 'five errors', raisedAt: '2026-03-01T10:00:00.000Z' });
    const families = await scrape();
    const gatesOf = (buyer: string) =>
      families.get('leadrail_gate_state')?.samples.filter(({ labels, value }) => labels['buyer'] === buyer && value === 1).map(({ labels }) => `${labels['destination'] ?? ''} ${labels['state'] ?? ''}`);
    expect([gatesOf('acme'), gatesOf('bravo'), gatesOf('spare')]).toEqual([['api closed', 'copy closed'], ['api open'], ['api paused']]);
    expect(families.get('leadrail_gate_state')?.samples).toHaveLength(4 * 4);
    expect(valueOf(families, 'leadrail_alerts_open', { buyer: 'bravo', kind: 'breaker-open' })).toBe(1);
    expect(valueOf(families, 'leadrail_leads_delivering')).toBeGreaterThan(0);
    expect(valueOf(families, 'leadrail_leads_without_route')).toBe(1);
    const { text } = await api.call('GET', '/metrics');
    expect(text).not.toMatch(new RegExp(`Nobodysname|555-?0142|${id}`));
  });

  it('goes on without the Temporal SDK’s part, and shows that it is missing', async () => {
    expect(valueOf(await scrape(), 'leadrail_scrape_part_up', { part: 'temporal_sdk' })).toBe(1);
    sdkStatus = 500;
    const families = await scrape();
    sdkStatus = 200;
    expect(valueOf(families, 'leadrail_scrape_part_up', { part: 'temporal_sdk' })).toBe(0);
    expect(families.has('temporal_request_total')).toBe(false);
  });

  it('goes on without the database: figures that stand there are left out, not repeated', async () => {
    const own = await startApi();
    await own.call('PUT', '/v1/config', { body: CONFIG });
    expect((await own.call('GET', '/metrics')).text).toContain('leadrail_leads_delivering 0');
    await own.store.close();
    const families = readExposition((await own.call('GET', '/metrics')).text);
    expect(valueOf(families, 'leadrail_scrape_part_up', { part: 'store' })).toBe(0);
    for (const name of ['leadrail_leads_delivering', 'leadrail_gate_state', 'leadrail_dead_letters']) expect(families.get(name)?.samples, name).toEqual([]);
    await own.close();
  });
});
