import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  isCancellation,
  proxyActivities,
  setHandler,
  workflowInfo,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { PlannedDelivery } from '../domain/delivery/plan.ts';
import type { Activities } from '../activities/contract.ts';
import type { DeliverResult } from '../domain/delivery/result.ts';
import { releaseSignal } from './messages.ts';

/** Beyond the destination's own timeout: recording what happened, also while the database is away for a moment. */
export const RECORDING_GRACE_MS = 60_000;
/** What a lost worker had in its hands is given to others within seconds by its watch (`worker.ts`); this is for what that misses. */
export const HEARTBEAT_TIMEOUT_MS = 30_000;
/** Crashes and store faults use no attempt of the destination, so Temporal's own count is only a ceiling. */
export const ATTEMPTS_CEILING = 1_000;

/** Bookkeeping in the store: worth any number of tries. */
const bookkeeping = proxyActivities<Pick<Activities, 'expireHold' | 'giveUp'>>({
  startToCloseTimeout: '1m',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

const { deliver } = proxyActivities<Pick<Activities, 'deliver'>>({ startToCloseTimeout: '1m' });

/** The destination's retry policy as Temporal's. Explicit schedules and Retry-After come with each failure (`nextRetryDelay`). */
function deliveryOptions(delivery: PlannedDelivery): ActivityOptions {
  const { retry } = delivery;
  return {
    summary: `${delivery.buyer}/${delivery.destination} ${delivery.type}`,
    startToCloseTimeout: delivery.timeoutMs + RECORDING_GRACE_MS,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: {
      initialInterval: retry.kind === 'exponential' ? retry.initialMs : 1_000,
      maximumInterval: retry.kind === 'exponential' ? Math.max(retry.maxMs, retry.initialMs) : 30_000,
      backoffCoefficient: retry.kind === 'exponential' ? retry.multiplier : 2,
      maximumAttempts: ATTEMPTS_CEILING,
    },
  };
}

/** The deliveries that a workflow was told to let go of, in the order of their arrival. */
export class Releases {
  private readonly released = new Set<string>();

  constructor() {
    setHandler(releaseSignal, (deliveryId) => void this.released.add(deliveryId));
  }

  /** Waits until one of the deliveries is released or its hold has expired; says which, and why. */
  async next(held: ReadonlyMap<string, DeliverResult>): Promise<{ deliveryId: string; expired: boolean }> {
    const earliest = [...held].sort(([, a], [, b]) => holdEnd(a) - holdEnd(b))[0];
    if (!earliest) throw new Error('nothing is held: there is no release to wait for');
    const find = () => [...held.keys()].find((deliveryId) => this.released.has(deliveryId));
    await condition(() => find() !== undefined, Math.max(holdEnd(earliest[1]) - Date.now(), 1), { summary: 'held: until released, or a dead letter' });
    const deliveryId = find();
    if (deliveryId === undefined) return { deliveryId: earliest[0], expired: true };
    this.released.delete(deliveryId);
    return { deliveryId, expired: false };
  }
}

function holdEnd(result: DeliverResult): number {
  return result.heldUntil === null ? Date.now() : Date.parse(result.heldUntil);
}

export interface Delivering {
  leadId: string;
  configVersion: number;
}

/** One delivery, tried as its retry policy says. Never throws for how it ended: every end is a result. */
export async function attemptDelivery(lead: Delivering, delivery: PlannedDelivery, whenShut: 'hold' | 'skip'): Promise<DeliverResult> {
  const input = {
    deliveryId: delivery.id,
    leadId: lead.leadId,
    buyer: delivery.buyer,
    destination: delivery.destination,
    configVersion: lead.configVersion,
    whenShut,
  };
  try {
    return await deliver.executeWithOptions(deliveryOptions(delivery), [input]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return resultOf(error) ?? (await giveUp(delivery.id));
  }
}

/** Makes a dead letter of a hold that has run out. */
export async function expireHold(deliveryId: string): Promise<DeliverResult> {
  return bookkeeping.expireHold({ deliveryId });
}

/** Settles a delivery whose activity or workflow was lost for good. */
export async function giveUp(deliveryId: string): Promise<DeliverResult> {
  return bookkeeping.giveUp({ deliveryId });
}

/** Temporal bounds a summary, and so does a column's width. */
const MOST_NAMED = 5;

/** `acme/api, bravo/inbox and 3 more`, for people who look at the Temporal UI. */
export function namesOf(deliveries: PlannedDelivery[]): string {
  const names = deliveries.slice(0, MOST_NAMED).map((delivery) => `${delivery.buyer}/${delivery.destination}`);
  const more = deliveries.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The result that a delivery's failure carries; null when the activity was lost before it could say. */
function resultOf(error: unknown): DeliverResult | null {
  if (!(error instanceof ActivityFailure) || !(error.cause instanceof ApplicationFailure)) return null;
  const [detail] = error.cause.details ?? [];
  return isDeliverResult(detail) ? detail : null;
}

function isDeliverResult(detail: unknown): detail is DeliverResult {
  return typeof detail === 'object' && detail !== null && 'state' in detail && 'reason' in detail && 'heldUntil' in detail;
}

/** The id of the lead's or redelivery's workflow above a child, when there is one. */
export function parentWorkflowId(): string | undefined {
  return workflowInfo().parent?.workflowId;
}
