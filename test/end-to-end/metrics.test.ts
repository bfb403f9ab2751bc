import { readdir, readFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { queryNames, readExposition, valueOf, type Family } from '../../src/metrics/exposition.test-support.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { startApiPart } from '../../src/system/api-part.ts';
import { openFoundation, type Foundation } from '../../src/system/foundation.ts';
import { createLog, installTemporalRuntime } from '../../src/system/log.ts';
import { startWorkerPart, type RunningWorker } from '../../src/system/worker-part.ts';
import { startWorkerPort } from '../../src/system/worker-port.ts';
import { ApiClient } from '../support/api-client.ts';
import { StandInBuyer } from '../support/stand-in-buyer.ts';
import { until } from '../support/until.ts';

let dataDir: string;
let foundation: Foundation;
let buyer: StandInBuyer;
let api: ApiClient;
let workerAddress: string;
let worker: RunningWorker | null = null;
const announced: string[] = [];

const DESTINATION = { buyer: 'acme', destination: 'api', type: 'webhook' };

/** The parts as `npm run api` and `npm run worker` compose them, over one foundation, with the SDK's own metrics. */
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'leadrail-test-'));
  const read = readSettings(
    {
      PATH: process.env['PATH'],
      LEADRAIL_DATA_DIR: dataDir,
      LEADRAIL_PORT: '0',
      LEADRAIL_WORKER_PORT: '0',
      LEADRAIL_ALLOWED_NETWORKS: '127.0.0.0/8',
      LEADRAIL_LOG_LEVEL: 'error',
      LEADRAIL_SHUTDOWN_GRACE: '5s',
    },
    'embedded',
  );
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
  const log = createLog(read.settings);
  const { metricsUrl } = await installTemporalRuntime(log);
  foundation = await openFoundation(read.settings, log, () => undefined, { anyTemporalPort: true, temporalSdkMetricsUrl: metricsUrl });
  api = new ApiClient(await startApiPart(foundation, () => undefined), foundation.adminKey);
  workerAddress = await startWorkerPort(foundation, (line) => announced.push(line), () => worker);
  buyer = await StandInBuyer.start();
  await api.configure({
    sources: [{ id: 'web' }],
    buyers: [{ id: 'acme', name: 'Acme', breaker: { trips: 1000 }, destinations: [{ id: 'api', type: 'webhook', url: buyer.url, retry: { attempts: 3, initial: '20ms', max: '100ms' } }] }],
    routes: [{ id: 'all', deliver: ['acme'] }],
  });
});
afterAll(async () => {
  await foundation.closers.close(foundation.log);
  await buyer.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function get(path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`${workerAddress}${path}`);
  return { status: response.status, body: await response.text() };
}

/** What the worker's port serves, without a key. */
async function scrape(): Promise<Map<string, Family>> {
  const { status, body } = await get('/metrics');
  expect(status).toBe(200);
  return readExposition(body);
}

describe('a worker’s port', () => {
  it('says that it runs, and that it is not ready, before it takes work', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, body: expect.stringContaining('"status":"ok"') as string });
    const ready = await get('/readyz');
    expect([ready.status, JSON.parse(ready.body)]).toEqual([503, { status: 'unready', store: 'ok', temporal: 'ok', worker: 'away' }]);
  });

  it('is ready once the worker polls', async () => {
    worker = await startWorkerPart(foundation, (error) => {
      throw error;
    });
    const body = await until('the worker is ready', async () => {
      const ready = await get('/readyz');
      return ready.status === 200 && ready.body;
    });
    expect(JSON.parse(body)).toEqual({ status: 'ready', store: 'ok', temporal: 'ok', worker: 'ok' });
    expect(valueOf(await scrape(), 'leadrail_worker_polling')).toBe(1);
  });

  it.each(['store', 'engine'] as const)('is not ready without its %s', async (part) => {
    const owner: { ping(): Promise<void> } = foundation[part];
    const ping = owner.ping.bind(owner);
    owner.ping = () => Promise.reject(new Error('away in this test'));
    const ready = await get('/readyz');
    owner.ping = ping;
    expect([ready.status, JSON.parse(ready.body)]).toMatchObject([503, { status: 'unready', [part === 'store' ? 'store' : 'temporal']: 'away', worker: 'ok' }]);
  });

  it('goes to a free one when its own is taken, and says so', async () => {
    const taken = Number(new URL(workerAddress).port);
    const other = await startWorkerPort({ ...foundation, settings: { ...foundation.settings, workerPort: taken } }, (line) => announced.push(line), () => null);
    expect(announced).toEqual([`Port ${taken} is taken; the worker uses ${new URL(other).port} instead`]);
    expect((await fetch(`${other}/healthz`)).status).toBe(200);
  });

  it('has nothing else', async () => {
    expect((await get('/v1/leads')).status).toBe(404);
  });
});

describe('a lead', () => {
  it('raises the counters of intake, of its attempts and of its delivery', async () => {
    const before = await scrape();
    buyer.answers((_, count) => (count === 1 ? { status: 503 } : {}));
    expect((await api.postLead({ first_name: 'Nobodysname' }, 'wait=30s&source=web')).status).toBe('delivered');
    const after = await scrape();
    const rise = (name: string, labels: Record<string, string>) => valueOf(after, name, labels) - valueOf(before, name, labels);
    expect(rise('leadrail_leads_received_total', { source: 'web', result: 'stored' })).toBe(1);
    expect(rise('leadrail_attempts_total', { ...DESTINATION, outcome: 'error', kind: 'transient' })).toBe(1);
    expect(rise('leadrail_attempts_total', { ...DESTINATION, outcome: 'success', kind: 'none' })).toBe(1);
    expect(rise('leadrail_attempt_duration_seconds_count', DESTINATION)).toBe(2);
    expect(rise('leadrail_retries_total', DESTINATION)).toBe(1);
    expect(rise('leadrail_deliveries_settled_total', { ...DESTINATION, state: 'delivered' })).toBe(1);
    expect((await get('/metrics')).body).not.toContain('Nobodysname');
  });

  it('is reported to the breaker where it met an error, and sweeps are counted', async () => {
    await until('a report of the worker', async () => valueOf(await scrape(), 'leadrail_breaker_reports_total', { buyer: 'acme', result: 'sent' }) > 0);
    await until('a sweep', async () => valueOf(await scrape(), 'leadrail_sweeps_total', { sweep: 'leads', result: 'ok' }) > 0);
  });
});

describe('one scrape', () => {
  it('has all that the dashboard and the alert rules ask for', async () => {
    const known = queryNames(await scrape());
    const queries = [...(await dashboardQueries()), ...(await ruleQueries())];
    expect(queries.length).toBeGreaterThan(20);
    const named = new Set(queries.flatMap((query) => [...withoutTexts(query).matchAll(/\b(?:leadrail|temporal|nodejs|process)_\w+/g)].map(([name]) => name)));
    expect([...named].filter((name) => !known.has(name))).toEqual([]);
  });

  it('has nothing of ours that docs/metrics.md does not explain', async () => {
    const text = await readFile('docs/metrics.md', 'utf8');
    const ours = [...(await scrape()).keys()].filter((name) => name.startsWith('leadrail_'));
    expect(ours.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
    expect([...text.matchAll(/`(leadrail_\w+)`/g)].map(([, name]) => name).filter((name) => !ours.includes(name ?? ''))).toEqual([]);
  });

  it('is the API’s too, with the admin key', async () => {
    const { body } = await api.get('/metrics');
    expect(readExposition(String(body['text'])).has('temporal_request_total')).toBe(true);
  });
});

describe('an alert', () => {
  it('has a severity, and a page that says what to do', async () => {
    const text = await readFile('docs/metrics.md', 'utf8');
    for (const { alert, labels, annotations } of (await rules())) {
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(annotations.runbook_url).toBe(`docs/metrics.md#${alert.toLowerCase()}`);
      expect(text).toContain(`\n### ${alert}\n`);
    }
  });
});

const ruleSchema = z.object({ alert: z.string(), expr: z.string(), labels: z.object({ severity: z.string() }), annotations: z.object({ summary: z.string(), description: z.string(), runbook_url: z.string() }) });

async function rules(): Promise<z.infer<typeof ruleSchema>[]> {
  const document: unknown = parse(await readFile('deploy/prometheus/alerts.yml', 'utf8'));
  return z.object({ groups: z.array(z.object({ rules: z.array(ruleSchema) })) }).parse(document).groups.flatMap((group) => group.rules);
}

async function ruleQueries(): Promise<string[]> {
  return (await rules()).map(({ expr }) => expr);
}

async function dashboardQueries(): Promise<string[]> {
  const panelSchema = z.object({ targets: z.array(z.object({ expr: z.string() })).default([]) });
  const files = (await readdir('deploy/grafana')).filter((file) => file.endsWith('.json'));
  const texts = await Promise.all(files.map((file) => readFile(join('deploy/grafana', file), 'utf8')));
  return texts.flatMap((text) => z.object({ panels: z.array(panelSchema) }).parse(JSON.parse(text)).panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)));
}

/** A label's value is no metric. */
function withoutTexts(query: string): string {
  return query.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
}
