import { isErrorCode, type AttemptOutcome } from '../../domain/delivery/outcome.ts';
import type { DeliverResult } from '../../domain/delivery/result.ts';
import type { DeliveryWork } from '../../store/records.ts';
import type { DeliverDependencies, DeliveryContext, RememberedEnd } from './dependencies.ts';
import { recordEnd } from './record-end.ts';

/**
 * Ends an attempt that was written as started and never as finished. Where its end was remembered (the store was away when it
 * had to be written), that end counts and nothing is sent again; otherwise the worker was lost in the middle, and the request
 * may have arrived. Gives the result when the delivery is settled by it.
 */
export async function finishInterrupted(dependencies: DeliverDependencies, work: DeliveryWork, context: DeliveryContext): Promise<DeliverResult | null> {
  const open = work.attempts.find((attempt) => attempt.finishedAt === null);
  if (!open) return null;
  const remembered = context.remembered.find(({ deliveryId, attempt }) => deliveryId === work.delivery.id && attempt === open.number);
  const recorded = await recordEnd(dependencies, work, context, {
    number: open.number,
    startedAt: open.startedAt,
    finishedAt: remembered?.finishedAt ?? dependencies.clock().toISOString(),
    outcome: remembered ? outcomeOf(remembered) : INTERRUPTED,
    probe: null,
    captures: {},
    sent: null,
  });
  // From here on the attempt is a finished one for everybody who counts.
  open.finishedAt = recorded.finishedAt;
  open.outcome = recorded.outcome.outcome;
  open.kind = recorded.outcome.outcome === 'error' ? recorded.outcome.kind : null;
  open.code = recorded.outcome.outcome === 'error' ? recorded.outcome.code : null;
  open.counted = recorded.counted;
  return recorded.wasOpen ? recorded.result : null;
}

const INTERRUPTED: AttemptOutcome = {
  outcome: 'error',
  kind: 'unknown',
  code: 'interrupted',
  reason: 'The worker was lost during this attempt. The request may have arrived; it is looked up where the channel can, else sent again with the same id.',
};

const LOST_TEXT = 'The answer was read, but its text was lost with the worker before it could be written.';

function outcomeOf(end: RememberedEnd): AttemptOutcome {
  switch (end.outcome) {
    case 'success':
      return { outcome: 'success', billable: end.billable, ...(end.price === null ? {} : { price: end.price }), reason: LOST_TEXT };
    case 'failure':
      return { outcome: 'failure', billable: end.billable, ...(end.price === null ? {} : { price: end.price }), reason: LOST_TEXT };
    case 'error':
      return { outcome: 'error', kind: end.kind ?? 'unknown', code: end.code !== null && isErrorCode(end.code) ? end.code : 'http-status', reason: LOST_TEXT };
  }
}
