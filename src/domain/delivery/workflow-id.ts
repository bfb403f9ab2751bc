import type { Plan } from './plan.ts';

/** The workflow of a lead as it came in: `lead-<id>`. */
export function leadWorkflowId(leadId: string): string {
  return `lead-${leadId}`;
}

/** The workflow of a lead's n-th redelivery, counted from 1: `lead-<id>/redelivery-<n>`. */
export function redeliveryWorkflowId(leadId: string, number: number): string {
  return `${leadWorkflowId(leadId)}/redelivery-${number}`;
}

/** The number in a redelivery's workflow id; null for any other. */
export function redeliveryNumber(workflowId: string): number | null {
  const number = /\/redelivery-(\d+)$/.exec(workflowId)?.[1];
  return number === undefined ? null : Number(number);
}

/**
 * The child that runs what a plan delivers in parallel. `root` is the id of the workflow that carries the plan. `number` counts
 * from 1: there is a second one where some had to go on while others were still in their first attempt.
 */
export function fanOutWorkflowId(root: string, number = 1): string {
  return number === 1 ? `${root}/fan-out` : `${root}/fan-out-${number}`;
}

/** The child that runs one failover chain. `index` is the chain's place in the plan, from 0; people count from 1. */
export function failoverWorkflowId(root: string, index: number): string {
  return `${root}/failover-${index + 1}`;
}

/** The workflow that runs, and waits for, one delivery of a plan: a lone fan-out delivery needs no child. */
export function owningWorkflowId(root: string, plan: Plan, deliveryId: string): string {
  if (plan.fanOut.length === 1 && plan.chains.length === 0) return root;
  if (plan.fanOut.some((delivery) => delivery.id === deliveryId)) return fanOutWorkflowId(root);
  const index = plan.chains.findIndex((chain) => chain.entries.some((entry) => entry.deliveries.some((delivery) => delivery.id === deliveryId)));
  return index === -1 ? root : failoverWorkflowId(root, index);
}

/** The root that a workflow id belongs to: `lead-7/failover-2` is part of `lead-7`, a redelivery is a root of its own. */
export function rootWorkflowId(workflowId: string): string {
  return workflowId.replace(/\/(?:fan-out(?:-\d+)?|failover-\d+)$/, '');
}
