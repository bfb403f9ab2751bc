import { executeChild, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { FloorActivities, FloorLead } from './sendings.ts';

const { send } = proxyActivities<FloorActivities>({ startToCloseTimeout: '1m' });

/** The least that a lead with one buyer needs. */
export async function oneActivity({ sendings }: FloorLead): Promise<boolean[]> {
  return Promise.all(sendings.map((sending) => send(sending)));
}

/** The least that a lead with three buyers needs. */
export async function threeActivities({ sendings }: FloorLead): Promise<boolean[]> {
  return Promise.all(sendings.map((sending) => send(sending)));
}

/** A lead whose fan-out is a workflow of its own. */
export async function childWithThree(lead: FloorLead): Promise<boolean[]> {
  return executeChild(threeActivities, { workflowId: `${workflowInfo().workflowId}/child`, args: [lead] });
}

/** A lead whose failover chain is a workflow of its own. */
export async function childWithChain(lead: FloorLead): Promise<boolean> {
  return executeChild(chain, { workflowId: `${workflowInfo().workflowId}/child`, args: [lead] });
}

/** One after the other until one takes it. */
export async function chain({ sendings }: FloorLead): Promise<boolean> {
  for (const sending of sendings) if (await send(sending)) return true;
  return false;
}
