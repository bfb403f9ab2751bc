import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { portOrFree } from '../settings/free-port.ts';
import { callTemporal } from './call.ts';
import { TemporalUnavailable } from './engine.ts';

let connection: Connection;
let client: Client;

beforeAll(async () => {
  // Nobody answers there.
  const { port } = await portOrFree('127.0.0.1', 0);
  connection = Connection.lazy({ address: `127.0.0.1:${String(port)}` });
  client = new Client({ connection });
});
afterAll(() => connection.close());

describe('a call of Temporal that nobody answers', () => {
  it.concurrent.each([
    ['start', () => client.workflow.start('lead', { workflowId: 'lead-1', taskQueue: 'leads' })],
    ['describe', () => client.workflow.getHandle('lead-1').describe()],
    ['signal', () => client.workflow.getHandle('lead-1').signal('release')],
    ['heartbeat', () => client.activity.heartbeat({ workflowId: 'lead-1', activityId: '1' })],
    ['raw', () => client.workflowService.resetStickyTaskQueue({ namespace: 'default' })],
  ])('is Temporal being away: %s', async (_, make) => {
    await expect(callTemporal<unknown>(client, make)).rejects.toThrow(TemporalUnavailable);
  });

  it('leaves alone what Temporal answered', async () => {
    const answer = new WorkflowNotFoundError('not there', 'lead-1', undefined);
    await expect(callTemporal(client, () => Promise.reject(answer))).rejects.toBe(answer);
  });
});
