import { ChildWorkflowFailure, executeChild, isCancellation, workflowInfo } from '@temporalio/workflow';
import { deliveriesOf, type Chain, type PlannedDelivery } from '../domain/delivery/plan.ts';
import type { SettledDeliveries } from '../domain/delivery/result.ts';
import { failoverWorkflowId, fanOutWorkflowId } from '../domain/delivery/workflow-id.ts';
import { giveUp, namesOf, type Delivering } from './delivering.ts';
import { failover } from './failover.ts';
import { fanOut } from './fan-out.ts';

/** The child that delivers in parallel what has something left to show. `number` counts from 1. */
export function runFanOut(lead: Delivering, deliveries: PlannedDelivery[], number: number): Promise<SettledDeliveries> {
  const run = executeChild(fanOut, {
    workflowId: fanOutWorkflowId(workflowInfo().workflowId, number),
    args: [{ ...lead, deliveries }],
    staticSummary: `to ${namesOf(deliveries)}`,
  });
  return settleLostChild(run, deliveries);
}

/** The child that goes on with a chain, `settled` being what the first pass has brought. */
export function runChain(lead: Delivering, chain: Chain, index: number, settled: SettledDeliveries): Promise<SettledDeliveries> {
  const deliveries = deliveriesOf(chain);
  const run = executeChild(failover, {
    workflowId: failoverWorkflowId(workflowInfo().workflowId, index),
    args: [{ ...lead, chain, ...(settled.length > 0 ? { settled } : {}) }],
    staticSummary: `first of ${namesOf(deliveries)}`,
  });
  return settleLostChild(run, deliveries);
}

/** A child that somebody terminated takes none of the lead's other branches with it, and none of its deliveries is left without an end. */
async function settleLostChild(run: Promise<SettledDeliveries>, deliveries: PlannedDelivery[]): Promise<SettledDeliveries> {
  try {
    return await run;
  } catch (error) {
    if (!(error instanceof ChildWorkflowFailure) || isCancellation(error)) throw error;
    const settled: SettledDeliveries = [];
    for (const delivery of deliveries) settled.push([delivery.id, await giveUp(delivery.id)]);
    return settled;
  }
}
