import type { IntakeResult } from '../../metrics/recorder.ts';
import type { Recorder } from '../../metrics/metrics.ts';
import { StoreUnavailable } from '../../store/store.ts';
import { Problem } from '../http/problem.ts';
import type { AcceptedLead } from '../intake/accept-lead.ts';

/** Takes a lead and counts what became of it, with the time since its request came. Rejects as `take` does. */
export async function countLead(
  metrics: Pick<Recorder, 'leadReceived'>,
  { source, elapsedMs }: { source: string; elapsedMs: () => number },
  take: () => Promise<AcceptedLead>,
): Promise<AcceptedLead> {
  const count = (result: IntakeResult) => metrics.leadReceived({ source, result, durationMs: elapsedMs() });
  try {
    const accepted = await take();
    count(resultOf(accepted));
    return accepted;
  } catch (error) {
    count(causeOf(error));
    throw error;
  }
}

function resultOf({ lead, isNew }: AcceptedLead): IntakeResult {
  if (!isNew) return 'known';
  return lead.status === 'undelivered' ? 'no-route' : 'stored';
}

function causeOf(error: unknown): IntakeResult {
  if (error instanceof StoreUnavailable) return 'unavailable';
  if (!(error instanceof Problem)) return 'error';
  switch (error.status) {
    case 409:
      return 'conflict';
    case 429:
      return 'limited';
    case 503:
      return 'unavailable';
    default:
      return 'invalid';
  }
}
