import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkerResult } from '../../src/activities/contract.ts';
import { watchWorker } from '../../src/activities/worker-watch.ts';
import type { SettledDeliveries } from '../../src/domain/delivery/result.ts';
import { leadWorkflowId } from '../../src/domain/delivery/workflow-id.ts';
import { createWorkerWatch, type WorkerWatch } from '../../src/temporal/worker-watch.ts';
import { LifeSigns } from '../../src/worker/life-signs.ts';
import { CURRENT_WAY } from '../../src/workflows/input.ts';
import { lead } from '../../src/workflows/lead.ts';
import { planned, planOf } from '../support/plans.ts';
import { ScriptedWorker } from '../support/scripted-worker.ts';
import { startTestServer, type TestServer } from '../support/temporal-server.ts';
import { until } from '../support/until.ts';

const DELIVERED: SettledDeliveries = [['delivery-acme', { state: 'delivered', reason: 'accepted', attempt: 1, heldUntil: null }]];
const log = pino({ level: 'silent' });

let temporal: TestServer;
let worker: ScriptedWorker;
let watch: WorkerWatch;
/** What the store names as in the hands of a worker. */
let inHand: string[] = [];
let hadTrouble = false;

beforeAll(async () => {
  temporal = await startTestServer();
  worker = await ScriptedWorker.start(temporal.server.address, `test-${randomUUID()}`);
  watch = createWorkerWatch(worker);
  const store = { deliveries: { workflowsInHand: () => Promise.resolve(inHand) } };
  const pause = (ms: number) => delay(ms);
  worker.onWatchWorker = (input) => watchWorker({ identity: 'another', store, watch, hadTrouble: () => hadTrouble, clock: () => new Date(), pause, log }, input, Context.current());
});
afterAll(async () => {
  await worker.stop();
  await temporal.stop();
});

/** A lead whose first pass the worker has in its hands, and leaves hanging at its first try. */
async function leadInHand() {
  const workflowId = leadWorkflowId(randomUUID());
  let tries = 0;
  let letGo: (settled: SettledDeliveries) => void = () => undefined;
  worker.onFirstPass = () => {
    tries += 1;
    return tries === 1 ? new Promise((resolve) => (letGo = resolve)) : Promise.resolve(DELIVERED);
  };
  const handle = await worker.client.workflow.start(lead, { workflowId, taskQueue: worker.taskQueue, args: [{ leadId: 'made-up', plan: planOf([planned('acme')]), way: CURRENT_WAY }] });
  await until('its first pass is under way', () => tries === 1);
  inHand = [workflowId, leadWorkflowId('long-gone')];
  return { handle, tries: () => tries, letGo: () => letGo(DELIVERED) };
}

const stateOf = async (workflowId: string) => (await worker.client.workflow.getHandle(workflowId).describe()).raw.pendingActivities?.[0];

describe('a worker’s entity', () => {
  it('gives what the worker had in its hands to others when no sign of life comes any more', async () => {
    const watched = `worker-${randomUUID()}`;
    await watch.open(watched, worker.identity);
    await until('a sign of life is wanted', () => watch.beat(watched, 1));
    const { handle, tries, letGo } = await leadInHand();
    expect((await handle.result()).status).toBe('delivered');
    expect(tries()).toBe(2);
    letGo();
    expect(await worker.client.workflow.getHandle(watched).result()).toEqual({ end: 'lost', takenUp: 1 } satisfies WorkerResult);
  });

  it('leaves to a living worker what it has, also after signs that were missed', async () => {
    const watched = `worker-${randomUUID()}`;
    // It may look so long for one more that a slow machine gives it in time.
    hadTrouble = true;
    await watch.open(watched, worker.identity);
    await until('a sign of life is wanted', () => watch.beat(watched, 1));
    const { handle, tries, letGo } = await leadInHand();
    await until('signs were missed', async () => ((await stateOf(watched))?.attempt ?? 0) > 1);
    const signs = new LifeSigns(watch, { workflowId: watched, identity: worker.identity }, log, () => performance.now());
    signs.start();
    await until('they are seen again', async () => (await watch.lastSign(watched)) !== null && (await stateOf(watched))?.lastWorkerIdentity === worker.identity);
    const attempt = (await stateOf(watched))?.attempt;
    // Longer than the silence that counts as lost.
    await delay(3_000);
    expect(await stateOf(watched)).toMatchObject({ attempt });
    expect(tries()).toBe(1);
    await signs.close({ inOrder: true });
    expect(await worker.client.workflow.getHandle(watched).result()).toEqual({ end: 'stopped', takenUp: 0 });
    letGo();
    expect((await handle.result()).status).toBe('delivered');
    hadTrouble = false;
  });

  it('is started again when somebody has ended it', async () => {
    const watched = `worker-${randomUUID()}`;
    const signs = new LifeSigns(watch, { workflowId: watched, identity: 'made-up' }, log, () => performance.now());
    signs.start();
    await until('signs are seen', async () => (await watch.lastSign(watched)) !== null);
    const ended = await worker.client.workflow.getHandle(watched).describe();
    await worker.client.workflow.getHandle(watched).terminate();
    await until('signs are seen again', async () => {
      const now = await worker.client.workflow.getHandle(watched).describe();
      return now.runId !== ended.runId && (await watch.lastSign(watched)) !== null;
    });
    await signs.close({ inOrder: true });
    expect(await worker.client.workflow.getHandle(watched).result()).toEqual({ end: 'stopped', takenUp: 0 });
  });
});
