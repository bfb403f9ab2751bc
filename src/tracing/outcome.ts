import { z } from 'zod';
import { FAILURE } from '../activities/contract.ts';
import type { AttemptOutcome } from '../domain/delivery/outcome.ts';
import type { NamedDelivery } from '../log-context/activity-subject.ts';

type Outcome = AttemptOutcome['outcome'];

const resultSchema = z.object({ state: z.string() });
const settledSchema = z.array(z.tuple([z.string(), resultSchema]));

/** What an activity's result says of its attempts: of one delivery, or a list in the order of its deliveries. Null when it says nothing. */
export function outcomesIn(result: unknown, deliveries: readonly NamedDelivery[]): string | string[] | null {
  const single = resultSchema.safeParse(result);
  if (single.success) return outcomeOfState(single.data.state);
  const settled = settledSchema.safeParse(result);
  if (!settled.success || deliveries.length === 0) return null;
  const states = new Map(settled.data.map(([id, { state }]) => [id, state]));
  const outcomes = deliveries.map(({ deliveryId }) => outcomeOfState(states.get(deliveryId) ?? '') ?? 'none');
  return outcomes.length === 1 ? (outcomes[0] ?? null) : outcomes;
}

function outcomeOfState(state: string): Outcome | null {
  switch (state) {
    case 'delivered':
      return 'success';
    case 'rejected':
      return 'failure';
    case 'failed':
    case 'unknown':
      return 'error';
    default:
      // Held, skipped, queued: nothing was tried.
      return null;
  }
}

/** What a failure's type says of the attempt. Null where none was made, or where the fault is ours. */
export function outcomeOfFailure(type: string): Outcome | null {
  switch (type) {
    case FAILURE.refused:
      return 'failure';
    case FAILURE.permanent:
    case FAILURE.exhausted:
    case FAILURE.mayHaveArrived:
    case FAILURE.transient:
      return 'error';
    default:
      return null;
  }
}
