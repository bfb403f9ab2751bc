import type { DeliveryReference } from '../contract.ts';
import type { DeliverResult } from '../../domain/delivery/result.ts';
import { isAboutLead, isOurFault, type AttemptOutcome } from '../../domain/delivery/outcome.ts';
import { isDestinationTest } from '../../domain/delivery/plan.ts';
import type { DeliveryWork } from '../../store/records.ts';
import type { DeliverDependencies, DeliveryContext } from './dependencies.ts';
import { doubtOf } from './doubt.ts';
import type { Passed } from './pass-gate.ts';
import { prepareRequest, type PreparedRequest } from './prepare-request.ts';
import { recordEnd, type Recorded } from './record-end.ts';
import { sendPrepared } from './send-prepared.ts';
import { suppressOptedOut } from './suppressed.ts';
import { restIfTooFast, takeFurtherTurn, takeTurn } from './take-turn.ts';

/** What one attempt led to. */
export type Attempted =
  | { next: 'settled'; result: DeliverResult }
  /** Transient, or not its turn yet: once more after a wait. `code` says why. */
  | { next: 'retry'; code: string; waitMs: number }
  /** Somebody else has gone on with the delivery meanwhile: how it stands is in the store. */
  | { next: 'overtaken' }
  /** A probe that failed: the lead is given back. */
  | { next: 'give-back'; number: number; mayHaveArrived: boolean };

/** One attempt from rendering to its written end. `patienceMs`: how long it may wait here for its turn, where its credential has a limit. */
export async function attemptOnce(
  dependencies: DeliverDependencies,
  input: DeliveryReference,
  work: DeliveryWork,
  passage: Passed,
  context: DeliveryContext,
  patienceMs: number,
): Promise<Attempted> {
  const { store, clock } = dependencies;
  const prepared = await prepareRequest(dependencies, input, work);
  const comeBackInMs = prepared.ok ? await takeTurn(dependencies, prepared, patienceMs, context.signal) : null;
  if (comeBackInMs !== null) return { next: 'retry', code: 'waits for its turn', waitMs: comeBackInMs };
  const number = Math.max(0, ...work.attempts.map((attempt) => attempt.number)) + 1;
  const startedAt = clock().toISOString();
  const isBegun = await store.attempts.begin({
    deliveryId: input.deliveryId,
    number,
    round: work.delivery.round,
    startedAt,
    request: prepared.ok ? prepared.kept.masked : null,
    configVersion: prepared.configVersion,
    gate: passage.gate,
  });
  if (!isBegun) return { next: 'overtaken' };
  const { outcome, captures, sent, notes, optedOut } = prepared.ok ? await sendInTurn(dependencies, input, prepared, work, context) : { outcome: prepared.outcome, captures: {}, sent: null, notes: [], optedOut: null };
  const ended = { number, startedAt, finishedAt: clock().toISOString(), outcome, captures, probe: passage.probe, sent };
  const recorded = await recordEnd(dependencies, work, context, ended);
  if (!isDestinationTest(work.lead)) await report(dependencies, input, recorded, passage.probe);
  if (prepared.ok) await restIfTooFast(dependencies, prepared, outcome);
  if (optedOut !== null) await suppressOptedOut(dependencies.store, input, optedOut, recorded);
  await noteProblems(dependencies, input, [...(prepared.ok ? prepared.notes : []), ...notes]);
  if (!recorded.wasOpen) return { next: 'overtaken' };
  if (recorded.result) return { next: 'settled', result: recorded.result };
  if (recorded.verdict.next !== 'retry') return { next: 'give-back', number, mayHaveArrived: outcome.outcome === 'error' && outcome.kind === 'unknown' };
  // Only what is tried again needs its bytes kept: a delivery that goes through at once costs no write for it.
  if (prepared.ok && !work.rendered) await store.deliveries.keepRequest(input.deliveryId, prepared.kept);
  return { next: 'retry', code: codeOf(outcome), waitMs: recorded.verdict.waitMs };
}

function sendInTurn(dependencies: DeliverDependencies, input: DeliveryReference, prepared: PreparedRequest, { attempts }: DeliveryWork, { signal }: DeliveryContext) {
  const furtherTurn = (patienceMs: number) => takeFurtherTurn(dependencies, prepared, patienceMs, signal);
  return sendPrepared(dependencies, input, prepared, doubtOf(attempts), { signal, furtherTurn });
}

/** Tells the buyer's breaker, and people by an alert, when the attempt says something about the buyer's side. */
async function report({ reporter, store }: DeliverDependencies, input: DeliveryReference, { outcome, finishedAt }: Recorded, probe: number | null): Promise<void> {
  const { buyer, destination, leadId } = input;
  const atMs = Date.parse(finishedAt);
  if (outcome.outcome !== 'error') {
    const isRecovery = reporter.answered(buyer, destination, { atMs, taken: outcome.outcome === 'success' }, probe);
    if (isRecovery) await store.alerts.clear({ buyer, destination, kinds: ['delivery-problem'] }, finishedAt);
    return;
  }
  if (isOurFault(outcome.code)) return;
  if (isAboutLead(outcome.code)) reporter.answered(buyer, destination, { atMs, taken: false, isProblem: true }, probe);
  else reporter.error(buyer, destination, { atMs, code: outcome.code, leadId }, probe);
  // Trying again does not mend it: somebody has to know at once, not after five of them.
  if (outcome.kind === 'permanent') {
    await store.alerts.raise({ kind: 'delivery-problem', buyer, destination, lead: leadId, reason: outcome.reason, raisedAt: finishedAt });
  }
}

/** What a person should know of conditions that could not be evaluated stands on the lead's page. */
async function noteProblems({ store }: DeliverDependencies, input: DeliveryReference, problems: string[]): Promise<void> {
  if (problems.length > 0) await store.leads.addNotes(input.leadId, problems.map((problem) => `${input.buyer}/${input.destination}: ${problem}`));
}

function codeOf(outcome: AttemptOutcome): string {
  return outcome.outcome === 'error' ? outcome.code : outcome.outcome;
}
