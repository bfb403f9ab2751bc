import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialBreakerState } from '../../src/domain/breaker/buyer-breaker.ts';
import type { BreakerSettings, Report } from '../../src/domain/breaker/report.ts';
import { buyer, type BuyerInput } from '../../src/workflows/buyer.ts';
import { pauseSignal, reportSignal, resumeSignal } from '../../src/workflows/messages.ts';
import { ScriptedWorker } from '../support/scripted-worker.ts';
import { startTestServer, type TestServer } from '../support/temporal-server.ts';
import { until } from '../support/until.ts';

let temporal: TestServer;
let worker: ScriptedWorker;

beforeAll(async () => {
  temporal = await startTestServer();
  worker = await ScriptedWorker.start(temporal.server.address, `test-${randomUUID()}`);
});
afterAll(async () => {
  await worker.stop();
  await temporal.stop();
});

const SETTINGS: BreakerSettings = { trips: 5, cooldownMs: 30, resume: 'auto' };

async function startEntity(changes: Partial<BuyerInput> = {}) {
  const id = `buyer-${randomUUID()}`;
  const input: BuyerInput = { buyer: id, settings: SETTINGS, state: initialBreakerState(id), ...changes };
  const handle = await worker.client.workflow.start(buyer, { workflowId: id, taskQueue: worker.taskQueue, args: [input] });
  const published = () => worker.published.filter(({ gate }) => gate.buyer === id);
  const states = () => published().map(({ gate }) => gate.destinations['api']?.state ?? (gate.paused ? 'paused' : 'closed'));
  const released = () => worker.released.filter((release) => release.buyer === id);
  return { id, handle, published, states, released };
}

let clock = Date.now();
function errors(count: number): Report {
  const list = Array.from({ length: count }, () => ({ atMs: (clock += 1), code: 'http-status' as const, leadId: 'lead-1' }));
  return { destination: 'api', errors: list, lastSuccessAtMs: null, probe: null };
}

describe("a buyer's entity", () => {
  it('opens at the fifth error, probes after the cooldown with one held lead, and closes on its success', async () => {
    const { id, handle, states, released } = await startEntity();
    await handle.signal(reportSignal, errors(4));
    await handle.signal(reportSignal, errors(1));
    await until('a probe is granted', () => states().includes('half-open'));
    await until('one held lead is let go', () => released().some(({ amount }) => amount === 'one'));
    await handle.signal(reportSignal, { destination: 'api', errors: [], lastSuccessAtMs: Date.now(), probe: { number: 1, result: 'answered' } });
    await until('everything is released', () => released().some(({ amount, destination }) => amount === 'all' && destination === 'api'));
    expect(states()).toEqual(['open', 'half-open', 'closed']);
    const release = await worker.client.workflow.getHandle(`release-${id}-api-3`).describe();
    expect(release.type).toBe('releaseHeld');
    await handle.terminate();
  });

  it('opens on failed health checks without any lead, and closes on one that passes', async () => {
    const { handle, published, states, released } = await startEntity({ settings: { ...SETTINGS, cooldownMs: 3_600_000 } });
    const failed = (): Report => ({ ...errors(0), errors: [{ atMs: (clock += 1), code: 'health-check', leadId: null, reason: 'HTTP 503' }] });
    for (let check = 0; check < 5; check += 1) await handle.signal(reportSignal, failed());
    await until('it is shut', () => states().includes('open'));
    await handle.signal(reportSignal, { ...errors(0), passedCheckAtMs: (clock += 1) });
    await until('everything is released', () => released().some(({ amount, destination }) => amount === 'all' && destination === 'api'));
    expect(states()).toEqual(['open', 'closed']);
    expect(published()[0]?.gate.destinations['api']).toMatchObject({ reason: '5 errors in a row, the last: the health check failed: HTTP 503' });
    await handle.terminate();
  });

  it('pauses and resumes on signals without arguments, as a person sends them from the CLI', async () => {
    const { handle, published, released } = await startEntity();
    await handle.signal('pause');
    await until('the pause is published', () => published().at(-1)?.gate.paused);
    expect(published().at(-1)?.gate.paused?.reason).toBe('paused by hand');
    await handle.signal('resume');
    await until('everything is released', () => released().some(({ destination }) => destination === '*'));
    expect(published().at(-1)?.gate.paused).toBeNull();
    await handle.terminate();
  });

  it('survives whatever a person sends', async () => {
    const { handle, published } = await startEntity();
    await handle.signal('pause', 'a text');
    await handle.signal('report');
    await handle.signal('report', 7);
    await handle.signal(resumeSignal, {});
    await until('it went on', () => published().length > 0 && published().at(-1)?.gate.paused === null);
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await handle.terminate();
  });

  it('continues as new without losing its state or an event', async () => {
    const { handle, published } = await startEntity({ continueAfterEvents: 30 });
    const first = await handle.describe();
    for (let round = 0; round < 12; round += 1) {
      await handle.signal(pauseSignal, { reason: `round ${round}` });
    }
    await until('the last pause is published', () => published().some(({ gate }) => gate.paused?.reason === 'round 11'));
    await until('it runs as a new run', async () => {
      const now = await worker.client.workflow.getHandle(handle.workflowId).describe();
      return now.runId !== first.runId && now.status.name === 'RUNNING';
    });
    await worker.client.workflow.getHandle(handle.workflowId).signal(resumeSignal, {});
    await until('the resume is published', () => published().at(-1)?.gate.paused === null);
    const versions = published().map(({ gate }) => gate.version);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(versions.length);
    await worker.client.workflow.getHandle(handle.workflowId).terminate();
  });

  it('costs nothing while nothing happens', async () => {
    const { handle } = await startEntity();
    const before = await until('the entity waits', async () => {
      const { historyLength } = await handle.describe();
      return historyLength >= 4 && historyLength;
    });
    await worker.client.workflow.start(buyer, { workflowId: `other-${randomUUID()}`, taskQueue: worker.taskQueue, args: [{ buyer: 'other', settings: SETTINGS, state: initialBreakerState('other') }] });
    expect((await handle.describe()).historyLength).toBe(before);
    await handle.terminate();
  });
});
