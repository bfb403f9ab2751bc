import { ChildWorkflowFailure, executeChild, isCancellation, workflowInfo } from '@temporalio/workflow';
import { deliveriesOf, firstDeliveries, type Chain, type PlannedDelivery } from '../domain/delivery/plan.ts';
import type { SettledDeliveries } from '../domain/delivery/result.ts';
import { nextChainStep } from '../domain/delivery/settle.ts';
import { failoverWorkflowId, fanOutWorkflowId } from '../domain/delivery/workflow-id.ts';
import { giveUp, namesOf } from './delivering.ts';
import { failover } from './failover.ts';
import { deliverInParallel, fanOut } from './fan-out.ts';
import { FirstPass } from './first-pass.ts';
import type { LeadInput } from './input.ts';

/** Everything a lead's plan does, side by side: the first attempts in one activity, then a child for each part that has something left to show. */
export function branches({ leadId, plan, way = 1 }: LeadInput, onHolding: (holding: boolean) => void): Promise<SettledDeliveries>[] {
  const lead = { leadId, configVersion: plan.configVersion };
  const isLone = plan.fanOut.length === 1 && plan.chains.length === 0;
  if (way < 2) {
    const chains = plan.chains.map((chain, index) => runChain(lead, chain, index, []));
    if (isLone) return [deliverInParallel(lead, plan.fanOut, onHolding)];
    return plan.fanOut.length === 0 ? chains : [runFanOut(lead, plan.fanOut, 1), ...chains];
  }
  const pass = new FirstPass();
  const running = pass.run(lead, firstDeliveries(plan), way < 3 ? [] : plan.chains).then((): SettledDeliveries => []);
  const chains = plan.chains.map(async (chain, index) => {
    if (way >= 3) {
      const { settled, isOver } = await pass.walked(chain);
      return isOver ? settled : runChain(lead, chain, index, settled);
    }
    const settled = await pass.settledOf(chain.entries[0]?.deliveries ?? []);
    return isOverAfterFirstEntry(chain, settled) ? settled : runChain(lead, chain, index, settled);
  });
  // A lone delivery needs no child: the lead's own workflow shows it.
  const goOn = (deliveries: PlannedDelivery[], number: number) => (isLone ? deliverInParallel(lead, deliveries, onHolding) : runFanOut(lead, deliveries, number));
  return [running, followFanOut(pass, plan.fanOut, goOn), ...chains];
}

/** Those that the first pass leaves go on in a child at once, while others may still be waiting for a slow buyer. */
async function followFanOut(pass: FirstPass, deliveries: PlannedDelivery[], goOn: (deliveries: PlannedDelivery[], number: number) => Promise<SettledDeliveries>): Promise<SettledDeliveries> {
  const children: Promise<SettledDeliveries>[] = [];
  let waiting = deliveries;
  for (;;) {
    const going = await pass.nextGoingOn(waiting);
    if (going.length === 0) break;
    waiting = waiting.filter((delivery) => !going.includes(delivery));
    children.push(goOn(going, children.length + 1));
  }
  return [...(await pass.settledOf(waiting)), ...(await Promise.all(children)).flat()];
}

/** Whether the first pass of the second way, which tries no other entry, was all that a chain has to do. */
function isOverAfterFirstEntry(chain: Chain, settled: SettledDeliveries): boolean {
  return settled.length === chain.entries[0]?.deliveries.length && nextChainStep(chain, new Map(settled)).step === 'done';
}

interface Lead {
  leadId: string;
  configVersion: number;
}

function runFanOut(lead: Lead, deliveries: PlannedDelivery[], number: number): Promise<SettledDeliveries> {
  const run = executeChild(fanOut, {
    workflowId: fanOutWorkflowId(workflowInfo().workflowId, number),
    args: [{ ...lead, deliveries }],
    staticSummary: `to ${namesOf(deliveries)}`,
  });
  return settleLostChild(run, deliveries);
}

function runChain(lead: Lead, chain: Chain, index: number, settled: SettledDeliveries): Promise<SettledDeliveries> {
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
