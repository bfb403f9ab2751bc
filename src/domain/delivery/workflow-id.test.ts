import { describe, expect, it } from 'vitest';
import type { Plan, PlannedDelivery } from './plan.ts';
import { leadWorkflowId, owningWorkflowId, redeliveryWorkflowId, rootWorkflowId } from './workflow-id.ts';

function delivery(id: string): PlannedDelivery {
  return { id, buyer: id, destination: 'api', type: 'webhook', required: true, timeoutMs: 1, retry: { kind: 'schedule', waitsMs: [], jitter: 0 }, whenPaused: 'hold', holdForMs: 1, releaseOnRecovery: true };
}

function plan(fanOut: string[], chains: string[][]): Plan {
  return {
    route: 'r',
    configVersion: 1,
    fanOut: fanOut.map(delivery),
    chains: chains.map((ids) => ({
      entries: ids.map((id) => ({ deliveries: [delivery(id)] })),
      onUnknown: 'next',
      failoverOn: ['failure', 'error', 'skip'],
      whenExhausted: 'hold',
    })),
  };
}

describe('the workflow that owns a delivery', () => {
  it.each([
    ['the only delivery', plan(['a'], []), 'a', 'lead-1'],
    ['the only delivery of a chain', plan([], [['a']]), 'a', 'lead-1/failover-1'],
    ['one of several in parallel', plan(['a', 'b'], []), 'b', 'lead-1/fan-out'],
    ['one beside a chain', plan(['a'], [['b']]), 'a', 'lead-1/fan-out'],
    ['the second chain', plan(['a'], [['b', 'c'], ['d']]), 'd', 'lead-1/failover-2'],
  ])('%s', (_name, given, id, expected) => {
    const owner = owningWorkflowId(leadWorkflowId('1'), given, id);
    expect(owner).toBe(expected);
    expect(rootWorkflowId(owner)).toBe('lead-1');
  });

  it('keeps redeliveries apart from the lead they belong to', () => {
    const root = redeliveryWorkflowId('1', 2);
    expect(owningWorkflowId(root, plan(['a', 'b'], []), 'a')).toBe('lead-1/redelivery-2/fan-out');
    expect(rootWorkflowId('lead-1/redelivery-2/fan-out')).toBe(root);
    expect(rootWorkflowId(root)).toBe(root);
  });
});
