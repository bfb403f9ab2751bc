import { readdir, readFile } from 'node:fs/promises';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { workflowModules } from '../../src/worker/workflow-bundle.ts';
import { startLeadrail, type Leadrail } from '../support/leadrail.ts';
import { StandInBuyer } from '../support/stand-in-buyer.ts';
import { until } from '../support/until.ts';
import { Collector, KIND, type CollectedSpan } from './collector.ts';

const FAST = { attempts: 2, initial: '20ms', max: '100ms' };
const LEAD = { first_name: 'Adalind', last_name: 'Alderwood', email: 'adalind@example.com', phone: '(212) 555-0100' };
/** What of the sample person, of the buyer's words and of the addresses called could be found in a text. */
const PERSONAL = ['Adalind', 'Alderwood', 'adalind', '5550100', '555-0100', 'alderwood-known', 'secret-path', 'a-token-of-acme', 'free-text-of-a-caller'];

let leadrail: Leadrail;
let collector: Collector;
let acme: StandInBuyer;
let bravo: StandInBuyer;
const logged: string[] = [];

beforeAll(async () => {
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '50');
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-tenant=leads');
  collector = await Collector.start();
  acme = await StandInBuyer.start();
  bravo = await StandInBuyer.start();
  leadrail = await startLeadrail({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }, logTo: { write: (line) => void logged.push(line) } });
  await leadrail.api.configure({
    sources: [{ id: 'web', fields: { phone: { type: 'phone', required: true }, email: { type: 'email' } } }],
    buyers: [
      {
        id: 'acme',
        name: 'Acme',
        breaker: { trips: 1000 },
        destinations: [{ id: 'api', type: 'webhook', url: `${acme.url}/secret-path?token=a-token-of-acme`, retry: FAST, response: { reason: 'message' } }],
      },
      { id: 'bravo', name: 'Bravo', breaker: { trips: 1000 }, destinations: [{ id: 'api', type: 'webhook', url: bravo.url, retry: FAST }] },
    ],
    routes: [
      { id: 'both', when: 'lead.campaign == "both"', deliver: ['acme', 'bravo'] },
      { id: 'alone', deliver: ['acme'] },
    ],
  });
});
afterAll(async () => {
  await leadrail.stop();
  await Promise.all([acme.stop(), bravo.stop(), collector.stop()]);
  vi.unstubAllEnvs();
});
beforeEach(() => {
  acme.requests.length = 0;
  bravo.requests.length = 0;
});
afterEach(() => acme.answers(() => ({})));

/** The spans of a lead's trace, once its workflow's is there and as many requests to buyers as given. */
async function traceOf(leadId: string, requests: number): Promise<CollectedSpan[]> {
  return until(`the trace of lead ${leadId}`, () => {
    const traceId = collector.spans.find((span) => span.kind === KIND.server && span.attributes['leadrail.lead_id'] === leadId)?.traceId;
    const spans = collector.spans.filter((span) => span.traceId === traceId);
    const isWhole = spans.some(({ name }) => name === 'RunWorkflow:lead') && spans.filter(({ kind }) => kind === KIND.client).length >= requests;
    return traceId !== undefined && isWhole && spans;
  });
}

function named(spans: CollectedSpan[], name: string): CollectedSpan {
  const found = spans.filter((span) => span.name === name);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} spans named ${name} among ${spans.map((span) => span.name).join(', ')}`);
  return found[0];
}

/** The names of a span and of what stands above it, from the outermost. */
function lineageOf(span: CollectedSpan, spans: CollectedSpan[]): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [...(parent ? lineageOf(parent, spans) : []), span.name];
}

describe('the trace of a lead', () => {
  it('goes from intake to the buyer, each span below the one that caused it', async () => {
    const lead = await leadrail.api.postLead(LEAD, 'source=web&wait=30s');
    expect(lead.status).toBe('delivered');
    const spans = await traceOf(lead.id, 1);
    const [request] = spans.filter(({ kind }) => kind === KIND.client);
    if (!request) throw new Error('there is no request to the buyer');
    const delivery = lead.deliveries[0];
    const activity = spans.find(({ spanId }) => spanId === request.parentSpanId);
    expect(activity?.name).toMatch(/^RunActivity:/);
    expect(lineageOf(request, spans)).toEqual(['POST /v1/leads', 'StartWorkflow:lead', 'RunWorkflow:lead', activity?.name, 'POST']);

    const ids = { 'leadrail.lead_id': lead.id, 'leadrail.delivery_id': delivery?.id, 'leadrail.buyer': 'acme', 'leadrail.destination': 'api' };
    expect(request.attributes).toEqual({ ...ids, 'http.request.method': 'POST', 'server.address': '127.0.0.1', 'server.port': Number(new URL(acme.url).port), 'http.response.status_code': 200 });
    expect(activity?.attributes).toMatchObject({ ...ids, 'leadrail.outcome': 'success' });
    const intake = named(spans, 'POST /v1/leads');
    expect(intake.parentSpanId).toBeUndefined();
    expect(intake.attributes).toEqual({ 'http.request.method': 'POST', 'http.route': '/v1/leads', 'http.response.status_code': 200, 'leadrail.lead_id': lead.id });
    expect(named(spans, 'StartWorkflow:lead').attributes).toMatchObject({ 'leadrail.lead_id': lead.id, temporalWorkflowId: `lead-${lead.id}` });
    expect(named(spans, 'RunWorkflow:lead').attributes).toMatchObject({ 'leadrail.lead_id': lead.id, temporalWorkflowId: `lead-${lead.id}` });
    expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['leadrail']));
    expect(collector.requests[0]).toMatchObject({ path: '/v1/traces', headers: { 'x-tenant': 'leads' } });
  });

  it('shows each of several buyers, and each attempt, with how it ended', async () => {
    acme.answers((_request, count) => (count === 1 ? { status: 503 } : { status: 400, body: { message: 'alderwood-known' } }));
    const lead = await leadrail.api.postLead({ ...LEAD, campaign: 'both' }, 'source=web&wait=30s');
    expect(lead.deliveries.map(({ buyer, status }) => [buyer, status])).toEqual([
      ['acme', 'rejected'],
      ['bravo', 'delivered'],
    ]);
    const spans = await traceOf(lead.id, 3);
    const requests = spans.filter(({ kind }) => kind === KIND.client);
    for (const request of requests) expect(lineageOf(request, spans).slice(0, 3)).toEqual(['POST /v1/leads', 'StartWorkflow:lead', 'RunWorkflow:lead']);
    const told = requests.map(({ attributes }) => [attributes['leadrail.delivery_id'], attributes['leadrail.buyer'], attributes['http.response.status_code'], attributes['error.type']]);
    const [toAcme, toBravo] = lead.deliveries;
    expect(told).toHaveLength(3);
    expect(told).toEqual(
      expect.arrayContaining([
        [toAcme?.id, 'acme', 503, '503'],
        [toAcme?.id, 'acme', 400, '400'],
        [toBravo?.id, 'bravo', 200, undefined],
      ]),
    );
  });

  it('is the one that the caller has begun, without the caller’s own notes', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: 'vendor=free-text-of-a-caller', baggage: 'note=free-text-of-a-caller' };
    // Answered before the workflow is started: the start has to remember.
    const { id } = await leadrail.api.postLead(LEAD, 'source=web', headers);
    const spans = await traceOf(id, 1);
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect(named(spans, 'POST /v1/leads').parentSpanId).toBe('b7ad6b7169203331');
    expect(spans.map(({ name }) => name)).toContain('RunWorkflow:lead');
    const history = JSON.stringify(await leadrail.foundation.temporal.client.workflow.getHandle(`lead-${id}`).fetchHistory());
    const readable = history.replaceAll(/"data":"([A-Za-z0-9+/=]+)"/g, (_match, data: string) => Buffer.from(data, 'base64').toString('utf8'));
    expect(readable).toContain(`00-${traceId}-`);
    expect(readable).not.toContain('free-text');
  });

  it('is not made where the caller’s was not sampled', async () => {
    const traceId = '1af7651916cd43dd8448eb211c80319d';
    const unsampled = await leadrail.api.postLead(LEAD, 'source=web&wait=30s', { traceparent: `00-${traceId}-b7ad6b7169203331-00` });
    const after = await leadrail.api.postLead(LEAD, 'source=web&wait=30s');
    await traceOf(after.id, 1);
    expect(unsampled.status).toBe('delivered');
    expect(collector.spans.filter((span) => span.traceId === traceId)).toEqual([]);
  });

  it('names an address by its template, and pages and probes not at all', async () => {
    const { id } = await leadrail.api.postLead(LEAD, 'source=web&wait=30s');
    await leadrail.api.get('/healthz');
    await leadrail.api.get(`/v1/leads/${id}?reason=secret-path`);
    await until('the span of that call', () => collector.spans.find(({ name }) => name === 'GET /v1/leads/{id}'));
    expect(collector.payloads.join()).not.toContain('/healthz');
  });

  it('tells nothing of a person, of a buyer’s words or of an address’s path, and the buyer nothing of us', () => {
    // Of all tests before.
    expect(collector.payloads.length).toBeGreaterThan(0);
    for (const personal of PERSONAL) expect(collector.payloads.join()).not.toContain(personal);
    expect(collector.spans.flatMap(({ events }) => events)).toEqual([]);
    expect(collector.spans.filter(({ status }) => status.message !== undefined)).toEqual([]);
  });
});

describe('a log line', () => {
  const lineSchema = z.looseObject({ leadId: z.string(), traceId: z.string(), workflowId: z.string().optional(), deliveryId: z.string().optional() });
  const lineWith = (text: string) => lineSchema.parse(JSON.parse(logged.find((line) => line.includes(text)) ?? '{}'));

  it('of an activity names the workflow, the lead, the delivery and the trace', async () => {
    acme.answers((_request, count) => (count === 1 ? { status: 503 } : {}));
    const { store } = leadrail.foundation;
    const work = store.deliveries.work.bind(store.deliveries);
    // Only once the delivery is alone in its activity, at its second attempt.
    let failures = 1;
    store.deliveries.work = (id) => (acme.requests.length === 1 && --failures >= 0 ? Promise.reject(new Error('Adalind is in the database twice')) : work(id));
    try {
      const lead = await leadrail.api.postLead(LEAD, 'source=web&wait=30s');
      expect(lead.status).toBe('delivered');
      const line = lineWith('an activity failed unexpectedly');
      expect(line).toMatchObject({ leadId: lead.id, deliveryId: lead.deliveries[0]?.id });
      expect(line.workflowId).toMatch(new RegExp(`^lead-${lead.id}`));
      expect((await traceOf(lead.id, 2))[0]?.traceId).toBe(line.traceId);
    } finally {
      store.deliveries.work = work;
    }
  });

  it('of intake names the lead and the trace', async () => {
    const traceId = '3af7651916cd43dd8448eb211c80319f';
    const { store } = leadrail.foundation;
    const accept = store.leads.accept.bind(store.leads);
    const ids: string[] = [];
    store.leads.accept = (lead) => Promise.reject(new Error(`${ids.push(lead.id)} leads for Adalind`));
    try {
      expect((await leadrail.api.post('/v1/leads?source=web', LEAD, { traceparent: `00-${traceId}-b7ad6b7169203331-01` })).status).toBe(500);
      expect(lineWith('a request ended in an unexpected error')).toMatchObject({ leadId: ids[0], traceId });
    } finally {
      store.leads.accept = accept;
    }
    expect(logged.join()).not.toContain('Adalind');
  });
});

describe('a workflow’s history', () => {
  const bundle = (tracing: { traced: boolean }) => bundleWorkflowCode(workflowModules(tracing));

  it('replays alike with tracing and without, and no trace goes to the buyer', async () => {
    const lead = await leadrail.api.postLead({ ...LEAD, campaign: 'both' }, 'source=web&wait=30s');
    expect(bravo.requests).toHaveLength(1);
    for (const { headers } of [...acme.requests, ...bravo.requests]) expect(Object.keys(headers).filter((name) => /trace|baggage|b3/.test(name))).toEqual([]);
    const history = await leadrail.foundation.temporal.client.workflow.getHandle(`lead-${lead.id}`).fetchHistory();
    const workflowBundle = await bundle({ traced: true });
    await Worker.runReplayHistory({ workflowBundle: await bundle({ traced: false }) }, history, `lead-${lead.id}`);
    await Worker.runReplayHistory({ workflowBundle }, history, `lead-${lead.id}`);

    const folder = new URL('../replay/histories/', import.meta.url);
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const text = await readFile(new URL(file, folder), 'utf8');
      await Worker.runReplayHistory({ workflowBundle }, historyFromJSON(JSON.parse(text)), /"workflowId":\s*"([^"]+)"/.exec(text)?.[1]);
    }
  });
});
