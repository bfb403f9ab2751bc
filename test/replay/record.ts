import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { initialBreakerState } from '../../src/domain/breaker/buyer-breaker.ts';
import { failoverWorkflowId, fanOutWorkflowId } from '../../src/domain/delivery/workflow-id.ts';
import { buyer } from '../../src/workflows/buyer.ts';
import { CURRENT_WAY } from '../../src/workflows/input.ts';
import { lead, redelivery } from '../../src/workflows/lead.ts';
import { sheet } from '../../src/workflows/sheet.ts';
import { worker as workerWorkflow } from '../../src/workflows/worker.ts';
import { pauseSignal, releaseSignal, reportSignal, resumeSignal, rowsWaitSignal } from '../../src/workflows/messages.ts';
import { chainOf, planned, planOf } from '../support/plans.ts';
import { ScriptedWorker } from '../support/scripted-worker.ts';
import { startTestServer } from '../support/temporal-server.ts';
import { until } from '../support/until.ts';

/** Runs each workflow type through what it can meet and saves the histories, one file each, in a folder named by the day and the leads' way. */
const folder = new URL(`histories/${new Date().toISOString().slice(0, 10)}-way-${CURRENT_WAY}/`, import.meta.url);
await mkdir(folder, { recursive: true });
const temporal = await startTestServer();
const worker = await ScriptedWorker.start(temporal.server.address, 'leadrail');
try {
  await recordLeads();
  await recordBuyer();
  await recordHealthChecks();
  await recordWorker();
  await recordSheet();
} finally {
  await worker.stop();
  await temporal.stop();
}

async function save(name: string, workflowId: string): Promise<void> {
  const show = ['workflow', 'show', '--workflow-id', workflowId, '--output', 'json', '--address', temporal.server.address];
  const { stdout } = await promisify(execFile)(temporal.cli, show, { maxBuffer: 64 * 1024 * 1024 });
  await writeFile(new URL(`${name}.json`, folder), stdout);
}

async function recordLeads(): Promise<void> {
  const start = (workflow: typeof lead, plan: Parameters<typeof lead>[0]['plan']) => {
    const leadId = randomUUID();
    return worker.client.workflow.start(workflow, { workflowId: `lead-${leadId}`, taskQueue: worker.taskQueue, args: [{ leadId, plan, way: CURRENT_WAY }] });
  };
  const heldUntil = new Date(Date.now() + 3_600_000).toISOString();

  const alone = await start(lead, planOf([planned('acme')]));
  await alone.result();
  await save('lead-alone', alone.workflowId);

  worker.script('bravo', { state: 'rejected', reason: 'refused' });
  worker.script('held', { state: 'held', reason: 'buyer-paused', heldUntil }, { state: 'delivered', reason: 'accepted' });
  worker.script('paused', { state: 'skipped', reason: 'buyer-paused' }, { state: 'held', reason: 'buyer-paused', heldUntil }, { state: 'delivered', reason: 'accepted' });
  worker.script('shut', { state: 'skipped', reason: 'breaker-open' });
  const whole = await start(lead, planOf([planned('acme'), planned('bravo'), planned('held')], [chainOf(planned('shut'), planned('carol')), chainOf(planned('bravo'), planned('paused'))]));
  const fanOut = fanOutWorkflowId(whole.workflowId);
  const waiting = failoverWorkflowId(whole.workflowId, 1);
  await until('both hold', () => worker.calls.filter(({ buyer }) => buyer === 'held').length === 1 && worker.calls.some(({ buyer, whenShut }) => buyer === 'paused' && whenShut === 'hold'));
  await worker.client.workflow.getHandle(fanOut).signal(releaseSignal, 'delivery-held');
  await worker.client.workflow.getHandle(waiting).signal(releaseSignal, 'delivery-paused');
  await whole.result();
  await save('lead-whole', whole.workflowId);
  await save('fan-out-held-and-released', fanOut);
  await save('failover-skipped-then-taken', failoverWorkflowId(whole.workflowId, 0));
  await save('failover-held-and-released', waiting);

  worker.script('late', { state: 'held', reason: 'buyer-paused', heldUntil: new Date(Date.now() + 20).toISOString() });
  const expired = await start(redelivery, planOf([planned('late')]));
  await expired.result();
  await save('redelivery-hold-expired', expired.workflowId);
}

async function recordBuyer(): Promise<void> {
  const input = { buyer: 'acme', settings: { trips: 2, cooldownMs: 20, resume: 'auto' as const }, state: initialBreakerState('acme') };
  const handle = await worker.client.workflow.start(buyer, { workflowId: 'buyer-acme', taskQueue: worker.taskQueue, args: [input] });
  const states = () => worker.published.map(({ gate }) => gate.destinations['api']?.state);
  const errors = [1, 2].map((offset) => ({ atMs: Date.now() + offset, code: 'http-status' as const, leadId: 'lead-1' }));
  await handle.signal(reportSignal, { destination: 'api', errors, lastSuccessAtMs: null, probe: null });
  await until('a probe is granted', () => states().includes('half-open'));
  await handle.signal(reportSignal, { destination: 'api', errors: [], lastSuccessAtMs: Date.now(), probe: { number: 1, result: 'answered' } });
  await until('it is closed', () => states().includes('closed'));
  await handle.signal(pauseSignal, { reason: 'holiday' });
  await handle.signal(resumeSignal, {});
  await until('it is resumed', () => worker.released.some(({ destination }) => destination === '*'));
  await save('buyer-opened-probed-paused', 'buyer-acme');
  await save('release-held', 'release-acme-api-3');
  await handle.terminate();
}

async function recordHealthChecks(): Promise<void> {
  const input = { buyer: 'bravo', settings: { trips: 2, cooldownMs: 3_600_000, resume: 'auto' as const }, state: initialBreakerState('bravo') };
  const handle = await worker.client.workflow.start(buyer, { workflowId: 'buyer-bravo', taskQueue: worker.taskQueue, args: [input] });
  const states = () => worker.published.filter(({ gate }) => gate.buyer === 'bravo').map(({ gate }) => gate.destinations['api']?.state);
  const errors = [1, 2].map((offset) => ({ atMs: Date.now() + offset, code: 'health-check' as const, leadId: null, reason: 'HTTP 503' }));
  await handle.signal(reportSignal, { destination: 'api', errors, lastSuccessAtMs: null, probe: null });
  await until('it is shut', () => states().includes('open'));
  await handle.signal(reportSignal, { destination: 'api', errors: [], lastSuccessAtMs: null, probe: null, passedCheckAtMs: Date.now() + 3 });
  await until('it is closed', () => states().includes('closed'));
  await save('buyer-health-checked', 'buyer-bravo');
  await handle.terminate();
}

async function recordWorker(): Promise<void> {
  const handle = await worker.client.workflow.start(workerWorkflow, { workflowId: 'worker-1', taskQueue: worker.taskQueue, args: [{ identity: '1@made-up 1' }] });
  await handle.result();
  await save('worker-stopped', 'worker-1');
}

async function recordSheet(): Promise<void> {
  const rounds: Awaited<ReturnType<typeof worker.onAppendRows>>['next'][] = ['more', 'hindered', 'rest', 'more'];
  let calls = 0;
  worker.onAppendRows = () => {
    calls += 1;
    return Promise.resolve({ next: rounds.shift() ?? 'rest', retryAfterMs: 0 });
  };
  const handle = await worker.client.workflow.start(sheet, { workflowId: 'sheet-1', taskQueue: worker.taskQueue, args: [{ sheet: '1' }] });
  await until('nothing waits', () => calls === 3);
  await handle.signal(rowsWaitSignal);
  await until('nothing waits again', () => calls === 5);
  await save('sheet-hindered-and-woken', 'sheet-1');
  await handle.terminate();
}
