import { FAILURE, type DeliverInput } from '../contract.ts';
import type { DeliverResult } from '../../domain/delivery/result.ts';
import { isOnlyPaused } from '../../domain/delivery/settle.ts';
import { isFinal } from '../../domain/delivery/state.ts';
import { rootWorkflowId } from '../../domain/delivery/workflow-id.ts';
import type { DeliveryWork } from '../../store/records.ts';
import { attemptOnce } from './attempt.ts';
import { conclude, tryAgain } from './conclude.ts';
import type { DeliverDependencies, DeliveryContext } from './dependencies.ts';
import { finishInterrupted } from './interrupted.ts';
import { passGate, standAside } from './pass-gate.ts';
import { standingOf } from './standing.ts';

/**
 * One delivery, as far as one activity attempt can bring it: look at the gate, render, write the attempt as started, send,
 * read the answer, write how it ended. Returns or throws by `conclude`; throws `tryAgain` for what Temporal shall retry.
 */
export async function deliver(dependencies: DeliverDependencies, input: DeliverInput, context: DeliveryContext): Promise<DeliverResult> {
  const { store, clock } = dependencies;
  let work = await store.deliveries.work(input.deliveryId);
  if (!work) return conclude({ state: 'failed', reason: 'our-fault', attempt: null, heldUntil: null });
  const early = context.tryNumber === 1 ? firstRetryIn(work, clock()) : null;
  if (early) throw tryAgain(FAILURE.transient, early.code, early.waitMs);
  const interrupted = await finishInterrupted(dependencies, work, context);
  if (interrupted) return conclude(interrupted);
  if (beginsNewRound(work, input)) work = await beginRound(dependencies, work, context);
  else if (isElsewhere(work, context)) throw tryAgain(FAILURE.transient, 'another run has the delivery', LOOK_AGAIN_MS);
  if (isFinal(work.delivery.state)) return conclude(standingOf(work));
  const passage = await passGate(dependencies, input, work, context);
  if (!passage.passed) return conclude(passage.result);
  const attempted = await attemptOnce(dependencies, input, work, passage, context, TURN_PATIENCE_MS);
  switch (attempted.next) {
    case 'settled':
      return conclude(attempted.result);
    case 'retry':
      throw tryAgain(FAILURE.transient, attempted.code, attempted.waitMs);
    case 'overtaken':
      return conclude(await standingAfter(dependencies, input));
    case 'give-back':
      return conclude(await giveBack(dependencies, input, work, attempted, context));
  }
}

/**
 * A lead's first pass has made the first attempt: its retry is due later. So this activity's first try fails at once as that
 * attempt did, and from there on Temporal's retry policy has the delivery.
 */
function firstRetryIn({ delivery, attempts }: DeliveryWork, now: Date): { code: string; waitMs: number } | null {
  const last = attempts.at(-1);
  if (delivery.state !== 'delivering' || !last?.nextAttemptAt || last.round !== delivery.round) return null;
  const waitMs = Date.parse(last.nextAttemptAt) - now.getTime();
  return waitMs > 0 ? { code: last.code ?? 'error', waitMs } : null;
}

/** How a delivery stands that somebody else went on with; while it is open, Temporal looks again. */
async function standingAfter({ store }: DeliverDependencies, { deliveryId }: DeliverInput): Promise<DeliverResult> {
  const work = await store.deliveries.work(deliveryId);
  if (!work || !isFinal(work.delivery.state)) throw tryAgain(FAILURE.transient, 'another run has the delivery', LOOK_AGAIN_MS);
  return standingOf(work);
}

/** A failed probe gives its lead back: held as before, or on to the next of its chain. */
async function giveBack(dependencies: DeliverDependencies, input: DeliverInput, work: DeliveryWork, probe: { number: number; mayHaveArrived: boolean }, context: DeliveryContext): Promise<DeliverResult> {
  for (;;) {
    const { version } = await dependencies.gates.readAnew(input.buyer, input.destination);
    const result = await standAside(dependencies, input, work, context, { reason: 'probe-failed', gateVersion: version, mayHaveArrived: probe.mayHaveArrived });
    if (result) return { ...result, attempt: probe.number };
  }
}

const LOOK_AGAIN_MS = 5_000;

/** Within the grace of a probe's lease. */
const TURN_PATIENCE_MS = 5_000;

/** A person or a release has sent it from another workflow: two must not send it at once; how it ends there is its end here. */
export function isElsewhere({ delivery }: DeliveryWork, context: DeliveryContext): boolean {
  return !isFinal(delivery.state) && rootWorkflowId(delivery.workflowId) !== rootWorkflowId(context.workflowId);
}

/** A delivery that is called again after it was held, or after its chain found nobody else, has a retry budget of its own again. */
function beginsNewRound({ delivery }: DeliveryWork, input: DeliverInput): boolean {
  if (delivery.state === 'held') return true;
  return input.whenShut === 'hold' && isOnlyPaused(delivery);
}

async function beginRound({ store }: DeliverDependencies, work: DeliveryWork, context: DeliveryContext): Promise<DeliveryWork> {
  // Held when it was read: somebody may have given it up since.
  const delivery = await store.deliveries.startRound(work.delivery.id, context.workflowId, work.delivery.state === 'held' ? 'held' : undefined);
  if (!delivery) throw tryAgain(FAILURE.transient, 'another run has the delivery', LOOK_AGAIN_MS);
  // The hold's end stays the one it had: a lead is not held for ever by being given back again and again.
  return { ...work, delivery: { ...delivery, heldUntil: work.delivery.heldUntil }, rendered: null };
}
