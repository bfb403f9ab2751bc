import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionStatusName,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy, type SearchAttributePair } from '@temporalio/common';
import type { BreakerState } from '../domain/breaker/buyer-breaker.ts';
import type { BreakerSettings } from '../domain/breaker/report.ts';
import type { Config } from '../domain/config/schema.ts';
import { allDeliveries } from '../domain/delivery/plan.ts';
import { leadWorkflowId, redeliveryWorkflowId } from '../domain/delivery/workflow-id.ts';
import { configureSignal, firstPassSignal, pauseSignal, releaseSignal, reportSignal, resumeSignal } from '../workflows/messages.ts';
import type { buyer as buyerWorkflow, lead as leadWorkflow, redelivery as redeliveryWorkflow, releaseHeld } from '../workflows/index.ts';
import { CURRENT_WAY } from '../workflows/input.ts';
import { buyerIdAttribute, leadRouteAttribute, leadSourceAttribute } from '../workflows/search-attributes.ts';
import { buyerWorkflowId } from './names.ts';
import { callTemporal } from './call.ts';
import type { Engine, LeadStart } from './engine.ts';

export interface EngineOptions {
  client: Client;
  taskQueue: string;
  /** Address of the Temporal UI without a trailing slash; null when there is none. */
  uiUrl: string | null;
  /** What a buyer's entity starts with: its settings, and its breakers as they were published last. */
  entityStart: (buyer: string) => Promise<{ settings: BreakerSettings; state: BreakerState }>;
  /** Lower than the server's own suggestion in tests only. */
  continueAfterEvents?: number;
}

/** `Engine` on a Temporal server. Starting is idempotent by workflow id; what is known already is no error. */
export function createEngine({ client, taskQueue, uiUrl, entityStart, continueAfterEvents }: EngineOptions): Engine {
  const namespace = client.options.namespace;
  /** What each buyer was told last, so that an unchanged configuration sends nothing. */
  const told = new Map<string, string>();

  /** Signals a buyer's entity and starts it where it is missing, e.g. on an empty Temporal. */
  async function signalBuyer(buyer: string, { name: signal }: { name: string }, argument: unknown): Promise<void> {
    const start = await entityStart(buyer);
    await call(() =>
      client.workflow.signalWithStart<typeof buyerWorkflow, [unknown]>('buyer', {
        workflowId: buyerWorkflowId(buyer),
        taskQueue,
        args: [{ buyer, ...start, ...(continueAfterEvents === undefined ? {} : { continueAfterEvents }) }],
        signal,
        signalArgs: [argument],
        staticSummary: `breakers and pause of ${buyer}`,
        typedSearchAttributes: [{ key: buyerIdAttribute, value: [buyer] }],
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      }),
    );
  }

  const call = <T>(make: () => Promise<T>) => callTemporal(client, make);

  async function startOnce(start: () => Promise<unknown>): Promise<void> {
    try {
      await call(start);
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  async function statusOf(workflowId: string): Promise<WorkflowExecutionStatusName | null> {
    try {
      return (await call(() => client.workflow.getHandle(workflowId).describe())).status.name;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  async function isRunning(workflowId: string): Promise<boolean> {
    const status = await statusOf(workflowId);
    return status !== null && isOpen(status);
  }

  const leadOptions = (lead: LeadStart, workflowId: string, staticSummary: string) =>
    ({
      workflowId,
      taskQueue,
      args: [{ leadId: lead.leadId, plan: lead.plan, way: CURRENT_WAY }],
      staticSummary,
      typedSearchAttributes: leadAttributes(lead),
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      requestEagerStart: true,
    }) satisfies WorkflowStartOptions<typeof leadWorkflow>;

  return {
    startLead: (lead) =>
      startOnce(() =>
        client.workflow.start<typeof leadWorkflow>('lead', leadOptions(lead, leadWorkflowId(lead.leadId), `from ${lead.source} by route ${lead.plan.route ?? 'none'}`)),
      ),
    startRedelivery: (lead, number) =>
      startOnce(() =>
        client.workflow.start<typeof redeliveryWorkflow>('redelivery', leadOptions(lead, redeliveryWorkflowId(lead.leadId, number), `redelivery ${number} of a lead from ${lead.source}`)),
      ),
    redeliveryWorkflowId,
    async isOver(workflowId) {
      const status = await statusOf(workflowId);
      return status !== null && !isOpen(status);
    },
    async releaseDelivery(workflowId, deliveryId) {
      try {
        await call(() => client.workflow.getHandle(workflowId).signal(releaseSignal, deliveryId));
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
    reportFirstPass: (workflowId, progress) => call(() => client.workflow.getHandle(workflowId).signal(firstPassSignal, progress)),
    report: (buyer, report) => signalBuyer(buyer, reportSignal, report),
    sweepHeld: (buyer, release) =>
      startOnce(() =>
        client.workflow.start<typeof releaseHeld>('releaseHeld', {
          workflowId: `release-${buyer}-${release.destination}-sweep`,
          taskQueue,
          args: [{ buyer, ...release, outageSince: null }],
          staticSummary: `sweep of what is held for ${buyer}/${release.destination}`,
        }),
      ),
    async reviveBuyers(buyers) {
      for (const buyer of buyers) {
        if (await isRunning(buyerWorkflowId(buyer))) continue;
        const { settings } = await entityStart(buyer);
        await signalBuyer(buyer, configureSignal, settings);
      }
    },
    async syncBuyers(config: Config) {
      for (const { id, breaker } of config.buyers) {
        const settings = JSON.stringify(breaker);
        if (told.get(id) === settings) continue;
        await signalBuyer(id, configureSignal, breaker);
        told.set(id, settings);
      }
    },
    pauseBuyer: (buyer, pause) => signalBuyer(buyer, pauseSignal, pause),
    resumeBuyer: (buyer, resume) => signalBuyer(buyer, resumeSignal, resume),
    leadUrl: (leadId) => (uiUrl === null ? null : `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${leadWorkflowId(leadId)}`),
    async ping() {
      await call(() => client.workflowService.getSystemInfo({}));
    },
  };
}

function isOpen(status: WorkflowExecutionStatusName): boolean {
  return status === 'RUNNING' || status === 'PAUSED' || status === 'CONTINUED_AS_NEW';
}

function leadAttributes({ source, plan }: LeadStart): SearchAttributePair[] {
  const buyers = [...new Set(allDeliveries(plan).map((delivery) => delivery.buyer))];
  return [
    { key: leadSourceAttribute, value: source },
    { key: leadRouteAttribute, value: plan.route ?? 'none' },
    { key: buyerIdAttribute, value: buyers },
  ];
}
