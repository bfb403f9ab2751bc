import { explain } from '../../domain/delivery/explanation.ts';
import type { AttemptOutcome } from '../../domain/delivery/outcome.ts';
import { isDestinationTest } from '../../domain/delivery/plan.ts';
import { judgeAttempt, type Verdict } from '../../domain/delivery/verdict.ts';
import type { AttemptEnd, DeliveryWork, Settlement } from '../../store/records.ts';
import { StoreUnavailable } from '../../store/store.ts';
import { FAILURE } from '../contract.ts';
import type { DeliverResult } from '../../domain/delivery/result.ts';
import { tryAgain } from './conclude.ts';
import type { DeliverDependencies, DeliveryContext, RememberedEnd } from './dependencies.ts';

/** The end of one attempt, before it is judged. */
export interface Ended {
  number: number;
  startedAt: string;
  finishedAt: string;
  outcome: AttemptOutcome;
  probe: number | null;
  /** What the configuration keeps of the answer, masked. */
  captures: Record<string, string>;
  /** What crossed the wire, masked; null when nothing is known of it. */
  sent: Pick<AttemptEnd, 'request' | 'response' | 'bodySha256' | 'address' | 'timeToFirstByteMs' | 'furtherExchanges'> | null;
}

export interface Recorded {
  finishedAt: string;
  outcome: AttemptOutcome;
  counted: boolean;
  verdict: Verdict;
  /** Set when the delivery is settled by it. */
  result: DeliverResult | null;
  /** False when somebody else had ended the attempt, who took its worker for lost: what follows is theirs. */
  wasOpen: boolean;
}

/** Between two tries of writing an end while the store is away. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** As long as this the activity itself goes on trying; then Temporal does, with the end remembered. */
const PATIENCE_MS = 45_000;

/** Judges an attempt and writes its end with what follows for the delivery, in one transaction. */
export async function recordEnd(dependencies: DeliverDependencies, work: DeliveryWork, context: DeliveryContext, ended: Ended): Promise<Recorded> {
  const { delivery } = work;
  const { outcome, number } = ended;
  const verdict = judgeAttempt({
    outcome,
    policy: delivery.planned.retry,
    countedBefore: work.attempts.filter((attempt) => attempt.round === delivery.round && attempt.number !== number && attempt.counted).length,
    isProbe: ended.probe !== null,
    random: dependencies.random(),
  });
  const counted = verdict.next !== 'hold-again' && verdict.counted;
  const nextAttemptAt = verdict.next === 'retry' ? new Date(Date.parse(ended.finishedAt) + verdict.waitMs).toISOString() : null;
  const durationMs = Math.max(Date.parse(ended.finishedAt) - Date.parse(ended.startedAt), 0);
  const empty = { request: null, response: null, bodySha256: null, address: null, timeToFirstByteMs: null };
  const { finishedAt } = ended;
  const settled = settlementOf(verdict, ended, delivery.planned.releaseOnRecovery);
  const wasOpen = await writeWithPatience(dependencies, context, ended, {
    deliveryId: delivery.id,
    number,
    finishedAt,
    durationMs,
    ...(ended.sent ?? empty),
    outcome,
    counted,
    nextAttemptAt,
    settled: settled && isDestinationTest(work.lead) ? { ...settled, deadLetter: null } : settled,
  });
  const { buyer, destination, type } = delivery.planned;
  const kind = outcome.outcome === 'error' ? outcome.kind : null;
  if (wasOpen) dependencies.metrics.attemptEnded({ buyer, destination, type, outcome: outcome.outcome, kind, durationMs, willRetry: verdict.next === 'retry' });
  if (wasOpen && verdict.next === 'settle') dependencies.metrics.deliverySettled({ buyer, destination, type, state: verdict.state });
  const result: DeliverResult | null = verdict.next === 'settle' ? { state: verdict.state, reason: verdict.reason, attempt: number, heldUntil: null } : null;
  return { finishedAt, outcome, counted, verdict, result, wasOpen };
}

function settlementOf(verdict: Verdict, { outcome, captures }: Ended, releaseOnRecovery: boolean): Settlement | null {
  if (verdict.next !== 'settle') return null;
  const answer = outcome.outcome === 'error' ? null : outcome;
  return {
    state: verdict.state,
    reason: verdict.reason,
    explanation: outcome.reason ?? explain(verdict.reason),
    recipientId: answer?.recipientId ?? null,
    billable: answer?.billable ?? null,
    price: answer?.price ?? null,
    captures: Object.keys(captures).length === 0 ? null : captures,
    deadLetter: verdict.deadLetter,
    releaseOnRecovery: verdict.inOutage && releaseOnRecovery,
  };
}

/**
 * A lead that was delivered must not be sent again because the store was away at that moment: the end is remembered by
 * Temporal at once, and written as soon as the store is back.
 */
async function writeWithPatience({ store, pause, log }: DeliverDependencies, context: DeliveryContext, ended: Ended, end: AttemptEnd): Promise<boolean> {
  let waitedMs = 0;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await store.attempts.finish(end);
    } catch (error) {
      context.remember(rememberedEnd(end.deliveryId, ended));
      if (!(error instanceof StoreUnavailable)) throw error;
      if (waitedMs === 0) log.warn({ deliveryId: end.deliveryId, attempt: end.number }, 'the store is away: the end of an attempt waits to be written');
      if (waitedMs >= PATIENCE_MS || context.signal.aborted) throw tryAgain(FAILURE.storeUnavailable, 'the end of an attempt is not written yet', LONGEST_PAUSE_MS);
      await pause(pauseMs, context.signal);
      waitedMs += pauseMs;
    }
  }
}

function rememberedEnd(deliveryId: string, { number, finishedAt, outcome }: Ended): RememberedEnd {
  return {
    deliveryId,
    attempt: number,
    finishedAt,
    outcome: outcome.outcome,
    kind: outcome.outcome === 'error' ? outcome.kind : null,
    code: outcome.outcome === 'error' ? outcome.code : null,
    billable: outcome.outcome === 'error' ? false : outcome.billable,
    price: outcome.outcome === 'error' ? null : (outcome.price ?? null),
  };
}
