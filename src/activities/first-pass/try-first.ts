import { describeError } from '../../domain/describe-error.ts';
import type { DeliverResult } from '../../domain/delivery/result.ts';
import { isDestinationTest } from '../../domain/delivery/plan.ts';
import { isFinal } from '../../domain/delivery/state.ts';
import type { DeliveryWork } from '../../store/records.ts';
import type { DeliveryReference } from '../contract.ts';
import { attemptOnce } from '../deliver/attempt.ts';
import { isElsewhere } from '../deliver/deliver.ts';
import type { DeliverDependencies, DeliveryContext } from '../deliver/dependencies.ts';
import { finishInterrupted } from '../deliver/interrupted.ts';
import { LEAVE_TO_TEST, type Passed } from '../deliver/pass-gate.ts';
import { standingOf } from '../deliver/standing.ts';

/** Whoever has to wait longer for its turn does so in a child, and keeps nobody. */
const TURN_PATIENCE_MS = 500;

/** The first attempt of one delivery. `null`: it goes on in a child, for whatever reason. */
export async function tryFirst(dependencies: DeliverDependencies, delivery: DeliveryReference, context: DeliveryContext): Promise<DeliverResult | null> {
  const end = { isUnwritten: false };
  const watching: DeliveryContext = {
    ...context,
    remember: (remembered) => {
      end.isUnwritten = true;
      context.remember(remembered);
    },
  };
  try {
    const { deliveries } = dependencies.store;
    const isFirstTry = context.tryNumber === 1;
    const work = await (isFirstTry ? deliveries.firstWork(delivery.deliveryId) : deliveries.work(delivery.deliveryId));
    if (!work) return { state: 'failed', reason: 'our-fault', attempt: null, heldUntil: null };
    if (!isFirstTry) return await takeUpAgain(dependencies, delivery, work, watching);
    if (isFinal(work.delivery.state)) return standingOf(work);
    return isFirst(work) && !isElsewhere(work, context) ? await attempt(dependencies, delivery, work, watching) : null;
  } catch (error) {
    // An answer that was read and not written yet is remembered by this very activity: it must come back for it.
    if (end.isUnwritten) throw error;
    dependencies.log.warn({ deliveryId: delivery.deliveryId, ...describeError(error) }, 'a first attempt could not be made; a child workflow goes on with it');
    return null;
  }
}

async function attempt(dependencies: DeliverDependencies, delivery: DeliveryReference, work: DeliveryWork, context: DeliveryContext): Promise<DeliverResult | null> {
  const passage = await passageOf(dependencies, delivery, work);
  if (passage === null) return null;
  const attempted = await attemptOnce(dependencies, delivery, work, passage, context, TURN_PATIENCE_MS);
  return attempted.next === 'settled' ? attempted.result : null;
}

/** Leave to send at once; null where it has to be waited for: holds and probes wait inside a workflow. */
async function passageOf({ gates }: DeliverDependencies, { buyer, destination }: DeliveryReference, { lead }: DeliveryWork): Promise<Passed | null> {
  if (isDestinationTest(lead)) return LEAVE_TO_TEST;
  const { answer } = await gates.read(buyer, destination);
  return answer.gate === 'open-to-send' ? { passed: true, probe: null, gate: 'closed' } : null;
}

/**
 * What a try before this one has left behind, cut off by a crash. A first attempt that has no end was nobody else's meanwhile: its end
 * is written, if it was remembered, or it is sent again at once. Everything else may be a child's by now, and is left to it.
 */
async function takeUpAgain(dependencies: DeliverDependencies, delivery: DeliveryReference, work: DeliveryWork, context: DeliveryContext): Promise<DeliverResult | null> {
  if (isFinal(work.delivery.state)) return standingOf(work);
  const [first, ...more] = work.attempts.filter((one) => one.round === work.delivery.round);
  if (first?.finishedAt !== null || more.length > 0 || isElsewhere(work, context)) return null;
  const isRemembered = context.remembered.some(({ deliveryId }) => deliveryId === delivery.deliveryId);
  const settled = await finishInterrupted(dependencies, work, context);
  return settled || isRemembered ? settled : attempt(dependencies, delivery, work, context);
}

function isFirst({ delivery, attempts }: DeliveryWork): boolean {
  return delivery.state === 'planned' && !attempts.some((one) => one.round === delivery.round);
}
