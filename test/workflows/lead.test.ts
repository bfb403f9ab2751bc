import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/domain/delivery/plan.ts';
import { failoverWorkflowId, fanOutWorkflowId, leadWorkflowId } from '../../src/domain/delivery/workflow-id.ts';
import { CURRENT_WAY } from '../../src/workflows/input.ts';
import { lead } from '../../src/workflows/lead.ts';
import { leadStatusAttribute } from '../../src/workflows/search-attributes.ts';
import { firstPassSignal, releaseSignal } from '../../src/workflows/messages.ts';
import { chainOf, planned, planOf } from '../support/plans.ts';
import { ScriptedWorker } from '../support/scripted-worker.ts';
import { startTestServer, type TestServer } from '../support/temporal-server.ts';
import { until } from '../support/until.ts';

let temporal: TestServer;

beforeAll(async () => {
  temporal = await startTestServer();
});
afterAll(() => temporal.stop());

/** Runs a test with a worker of its own, so that scripts and calls are its own too. */
async function withWorker(test: (worker: ScriptedWorker) => Promise<void>): Promise<void> {
  const worker = await ScriptedWorker.start(temporal.server.address, `test-${randomUUID()}`);
  try {
    await test(worker);
  } finally {
    await worker.stop();
  }
}

async function start(worker: ScriptedWorker, plan: Plan) {
  const leadId = randomUUID();
  const workflowId = leadWorkflowId(leadId);
  const handle = await worker.client.workflow.start(lead, { workflowId, taskQueue: worker.taskQueue, args: [{ leadId, plan, way: CURRENT_WAY }] });
  return { leadId, workflowId, handle };
}

const future = () => new Date(Date.now() + 600_000).toISOString();

describe('a lead that is fanned out', () => {
  it('delivers to each on its own: one that is refused touches none of the others', async () => {
    await withWorker(async (worker) => {
      worker.script('bravo', { state: 'rejected', reason: 'refused' });
      const { handle, workflowId } = await start(worker, planOf([planned('acme'), planned('bravo'), planned('carol')]));
      const result = await handle.result();
      expect(result.status).toBe('partial');
      expect(Object.entries(result.deliveries).map(([name, delivery]) => [name, delivery.state])).toEqual([
        ['acme/api', 'delivered'],
        ['bravo/api', 'rejected'],
        ['carol/api', 'delivered'],
      ]);
      const child = worker.client.workflow.getHandle(fanOutWorkflowId(workflowId)).describe();
      await expect(child, 'a child with nothing to show').rejects.toThrow(WorkflowNotFoundError);
    });
  });

  it('lets those go on that are left, in children, while another buyer keeps the first pass waiting', async () => {
    await withWorker(async (worker) => {
      const { handle, workflowId } = await start(worker, planOf([planned('slow'), planned('bravo'), planned('carol')]));
      worker.onFirstPass = async () => {
        const progress = { settled: [], goingOn: ['delivery-bravo'] };
        await worker.client.workflow.getHandle(workflowId).signal(firstPassSignal, progress);
        // Told twice, as a signal may be.
        await worker.client.workflow.getHandle(workflowId).signal(firstPassSignal, progress);
        await until('the child delivers', () => worker.asked.includes('bravo'));
        return [['delivery-slow', { state: 'delivered', reason: 'accepted', attempt: 1, heldUntil: null }]];
      };
      expect((await handle.result()).status).toBe('delivered');
      expect(worker.asked).toEqual(['bravo', 'carol']);
      for (const number of [1, 2]) {
        const child = await worker.client.workflow.getHandle(fanOutWorkflowId(workflowId, number)).describe();
        expect(child.status.name).toBe('COMPLETED');
      }
    });
  });

  it('is named by as many buyers as Temporal lets a summary hold', async () => {
    await withWorker(async (worker) => {
      const many = Array.from({ length: 40 }, (_, index) => planned(`buyer-with-a-long-name-${index}`));
      worker.script(many[0]?.buyer ?? '', { state: 'held', reason: 'buyer-paused', heldUntil: new Date(Date.now() + 20).toISOString() });
      const { handle } = await start(worker, planOf(many, [chainOf(...many.map(({ buyer }) => planned(`${buyer}-too`)))]));
      expect((await handle.result()).status).toBe('partial');
    });
  });

  it('goes on with everything when the first pass is lost', async () => {
    await withWorker(async (worker) => {
      worker.onFirstPass = () => Promise.reject(ApplicationFailure.nonRetryable('lost'));
      const { handle } = await start(worker, planOf([planned('acme'), planned('bravo')], [chainOf(planned('carol'), planned('dora'))]));
      expect((await handle.result()).status).toBe('delivered');
      expect(worker.asked.toSorted()).toEqual(['acme', 'bravo', 'carol']);
    });
  });

  it('ends cancelled when somebody cancels it in its first pass', async () => {
    await withWorker(async (worker) => {
      const { handle } = await start(worker, planOf([planned('acme')], [chainOf(planned('bravo'), planned('carol'))]));
      worker.onFirstPass = async () => {
        await handle.cancel();
        return Promise.reject(ApplicationFailure.create({ message: 'cut off' }));
      };
      await expect(handle.result()).rejects.toThrow('cancelled');
      expect((await handle.describe()).status.name).toBe('CANCELLED');
    });
  });

  it('is left to a newer worker when it goes by a way that this one does not know', async () => {
    await withWorker(async (worker) => {
      const workflowId = leadWorkflowId(randomUUID());
      const input = { leadId: 'of-tomorrow', plan: planOf([planned('acme')]), way: CURRENT_WAY + 1 };
      const handle = await worker.client.workflow.start(lead, { workflowId, taskQueue: worker.taskQueue, args: [input] });
      const failedTasks = async () => (await handle.fetchHistory()).events?.filter((event) => event.workflowTaskFailedEventAttributes) ?? [];
      await until('its task has failed', async () => (await failedTasks()).length > 0);
      expect((await handle.describe()).status.name).toBe('RUNNING');
      expect(worker.asked).toEqual([]);
      await handle.terminate('by a test');
    });
  });

  it.each([1, 3])('with %i deliveries that are taken at once is eleven events in one workflow', async (count) => {
    await withWorker(async (worker) => {
      const { handle } = await start(worker, planOf(['acme', 'bravo', 'carol'].slice(0, count).map((buyer) => planned(buyer))));
      expect((await handle.result()).status).toBe('delivered');
      const described = await handle.describe();
      expect(described.historyLength).toBe(11);
      expect(described.typedSearchAttributes.get(leadStatusAttribute), 'a write for what goes well').toBeUndefined();
    });
  });

  it('waits while held, shows it, and delivers once it is released', async () => {
    await withWorker(async (worker) => {
      worker.script('acme', { state: 'held', reason: 'buyer-paused', heldUntil: future() }, { state: 'delivered', reason: 'accepted' });
      const { handle, workflowId } = await start(worker, planOf([planned('acme'), planned('bravo')]));
      await until('the lead shows as held', async () => (await handle.describe()).typedSearchAttributes.get(leadStatusAttribute) === 'held');
      await worker.client.workflow.getHandle(fanOutWorkflowId(workflowId)).signal(releaseSignal, 'delivery-acme');
      expect((await handle.result()).status).toBe('delivered');
      expect(worker.asked.filter((buyer) => buyer === 'bravo')).toHaveLength(1);
    });
  });

  it('makes a dead letter of a hold that runs out', async () => {
    await withWorker(async (worker) => {
      worker.script('acme', { state: 'held', reason: 'buyer-paused', heldUntil: new Date(Date.now() + 50).toISOString() });
      const { handle } = await start(worker, planOf([planned('acme')]));
      const result = await handle.result();
      expect(result.deliveries['acme/api']).toMatchObject({ state: 'failed', reason: 'hold-expired' });
    });
  });

  it('ends every delivery of a child that somebody terminated, and leaves the other branches alone', async () => {
    await withWorker(async (worker) => {
      worker.script('acme', { state: 'held', reason: 'buyer-paused', heldUntil: future() });
      const { handle, workflowId } = await start(worker, planOf([planned('acme'), planned('bravo')], [chainOf(planned('carol'))]));
      await until('acme is held', () => worker.asked.includes('acme'));
      await worker.client.workflow.getHandle(fanOutWorkflowId(workflowId)).terminate('by a test');
      const result = await handle.result();
      expect(result.deliveries['carol/api']?.state).toBe('delivered');
      expect(result.deliveries['acme/api']).toMatchObject({ state: 'failed', reason: 'worker-lost' });
    });
  });
});

describe('a lead with a failover chain', () => {
  it('goes to the next buyer after a refusal, an error and a shut gate, and stops at the first that takes it', async () => {
    await withWorker(async (worker) => {
      worker.script('acme', { state: 'rejected', reason: 'refused' });
      worker.script('bravo', { state: 'failed', reason: 'retries-exhausted' });
      worker.script('carol', { state: 'skipped', reason: 'breaker-open' });
      const { handle, workflowId } = await start(worker, planOf([], [chainOf(planned('acme'), planned('bravo'), planned('carol'), planned('dora'), planned('evan'))]));
      expect((await handle.result()).status).toBe('delivered');
      expect(worker.asked).toEqual(['acme', 'bravo', 'carol', 'dora']);
      const child = await worker.client.workflow.getHandle(failoverWorkflowId(workflowId, 0)).describe();
      expect(child.status.name).toBe('COMPLETED');
    });
  });

  it('walks on from refusal to refusal in the first pass: no child has anything to show', async () => {
    await withWorker(async (worker) => {
      worker.script('acme', { state: 'rejected', reason: 'refused' });
      worker.script('bravo', { state: 'rejected', reason: 'refused' });
      const { handle, workflowId } = await start(worker, planOf([], [chainOf(planned('acme'), planned('bravo'), planned('carol'), planned('dora'))]));
      const { status, deliveries } = await handle.result();
      expect([status, deliveries['carol/api']?.state, deliveries['dora/api']?.reason]).toEqual(['delivered', 'delivered', 'chain-satisfied']);
      expect(worker.asked).toEqual(['acme', 'bravo', 'carol']);
      await expect(worker.client.workflow.getHandle(failoverWorkflowId(workflowId, 0)).describe()).rejects.toThrow(WorkflowNotFoundError);
    });
  });

  it('goes on with an optional delivery that is left beside the required one that took the lead', async () => {
    await withWorker(async (worker) => {
      worker.script('acme', { state: 'rejected', reason: 'refused' });
      worker.script('inbox', { state: 'skipped', reason: 'breaker-open' });
      const chain = { ...chainOf(planned('acme')), entries: [{ deliveries: [planned('acme')] }, { deliveries: [planned('bravo'), planned('inbox', { required: false })] }] };
      const { handle } = await start(worker, planOf([], [chain]));
      const { status, deliveries } = await handle.result();
      expect([status, deliveries['bravo/api']?.state, deliveries['inbox/api']?.state]).toEqual(['delivered', 'delivered', 'skipped']);
      expect(worker.asked).toEqual(['acme', 'bravo', 'inbox']);
    });
  });

  it('goes on in a child from where the first pass has left it, while another buyer keeps that waiting', async () => {
    await withWorker(async (worker) => {
      const refused = { state: 'rejected', reason: 'refused', attempt: 1, heldUntil: null } as const;
      const { handle, workflowId } = await start(worker, planOf([planned('slow')], [chainOf(planned('acme'), planned('bravo'), planned('carol'))]));
      worker.onFirstPass = async () => {
        await worker.client.workflow.getHandle(workflowId).signal(firstPassSignal, { settled: [['delivery-acme', refused]], goingOn: ['delivery-bravo'] });
        await until('the child delivers', () => worker.asked.includes('bravo'));
        return [['delivery-slow', { state: 'delivered', reason: 'accepted', attempt: 1, heldUntil: null }], ['delivery-acme', refused]];
      };
      const { status, deliveries } = await handle.result();
      expect([status, deliveries['acme/api']?.state, deliveries['carol/api']?.reason]).toEqual(['delivered', 'rejected', 'chain-satisfied']);
      expect(worker.asked).toEqual(['bravo']);
    });
  });

  it('holds for a buyer who was only paused when nobody else is left; the first to come back gets it', async () => {
    await withWorker(async (worker) => {
      const held = { state: 'held', reason: 'buyer-paused', heldUntil: future() } as const;
      worker.script('acme', { state: 'skipped', reason: 'buyer-paused' }, held);
      worker.script('bravo', { state: 'skipped', reason: 'breaker-open' }, held, { state: 'delivered', reason: 'accepted' });
      const { handle, workflowId } = await start(worker, planOf([], [chainOf(planned('acme'), planned('bravo'))]));
      await until('both hold the lead', () => worker.calls.filter((call) => call.whenShut === 'hold').length === 2);
      await worker.client.workflow.getHandle(failoverWorkflowId(workflowId, 0)).signal(releaseSignal, 'delivery-bravo');
      const result = await handle.result();
      expect(result.status).toBe('delivered');
      expect(worker.asked).toEqual(['acme', 'bravo', 'acme', 'bravo', 'bravo']);
    });
  });
});
