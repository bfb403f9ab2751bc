import type { DeliverInput, DeliverResult } from '../contract.ts';
import { isFinal } from '../../domain/delivery/state.ts';
import type { DeliveryWork } from '../../store/records.ts';
import { attemptOnce } from './attempt.ts';
import { conclude } from './conclude.ts';
import type { DeliverDependencies, DeliveryContext } from './dependencies.ts';
import { finishInterrupted } from './interrupted.ts';
import { passGate } from './pass-gate.ts';
import { standingOf } from './standing.ts';

/**
 * One delivery, as far as one activity attempt can bring it: look at the gate, render, write the attempt as started, send,
 * read the answer, write how it ended. Returns or throws by `conclude`; throws `tryAgain` for what Temporal shall retry.
 */
export async function deliver(dependencies: DeliverDependencies, input: DeliverInput, context: DeliveryContext): Promise<DeliverResult> {
  const { store } = dependencies;
  let work = await store.deliveries.work(input.deliveryId);
  if (!work) return conclude({ state: 'failed', reason: 'our-fault', attempt: null, heldUntil: null });
  const interrupted = await finishInterrupted(dependencies, work, context);
  if (interrupted) return conclude(interrupted);
  if (beginsNewRound(work, input)) work = await beginRound(dependencies, work, context);
  if (isFinal(work.delivery.state)) return conclude(standingOf(work));
  const passage = await passGate(dependencies, input, work, context);
  if (passage.passed) return conclude(await attemptOnce(dependencies, input, work, passage, context));
  return conclude(passage.result);
}

/** A delivery that is called again after it was held, or after its chain found nobody else, has a retry budget of its own again. */
function beginsNewRound({ delivery }: DeliveryWork, input: DeliverInput): boolean {
  if (delivery.state === 'held') return true;
  return delivery.state === 'skipped' && input.whenShut === 'hold' && SKIPPED_FOR_NOW.has(delivery.reason ?? '');
}

const SKIPPED_FOR_NOW: ReadonlySet<string> = new Set(['buyer-paused', 'breaker-open', 'probe-failed']);

async function beginRound({ store }: DeliverDependencies, work: DeliveryWork, context: DeliveryContext): Promise<DeliveryWork> {
  const delivery = await store.deliveries.startRound(work.delivery.id, context.workflowId);
  // The hold's end stays the one it had: a lead is not held for ever by being given back again and again.
  return { ...work, delivery: { ...delivery, heldUntil: work.delivery.heldUntil }, rendered: null };
}
