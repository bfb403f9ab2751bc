import type { DeliverInput } from '../contract.ts';
import type { DeliverResult } from '../../domain/delivery/result.ts';
import { explain } from '../../domain/delivery/explanation.ts';
import { isDestinationTest } from '../../domain/delivery/plan.ts';
import { isFinal, type ReasonCode } from '../../domain/delivery/state.ts';
import type { DeliveryWork, Settlement } from '../../store/records.ts';
import type { DeliverDependencies, DeliveryContext } from './dependencies.ts';
import { standingOf } from './standing.ts';

/** Leave to send, with what the gate said; or how the delivery stands because it has no leave. */
export type Passage = Passed | { passed: false; result: DeliverResult };

export interface Passed {
  passed: true;
  /** The probe's number when this delivery is one. */
  probe: number | null;
  /** For the evidence. */
  gate: 'closed' | 'half-open' | 'test';
}

/** The leave of a test: whoever tries a destination out wants to see it sent, above all while its gate is shut. */
export const LEAVE_TO_TEST: Passed = { passed: true, probe: null, gate: 'test' };

/** A probe's lease outlives its request by this: time to record it. */
const LEASE_GRACE_MS = 10_000;

/** Asks the destination's gate for leave to send; where it is shut, holds the delivery or skips it. */
export async function passGate(dependencies: DeliverDependencies, input: DeliverInput, work: DeliveryWork, context: DeliveryContext): Promise<Passage> {
  const { gates, store, clock } = dependencies;
  if (isDestinationTest(work.lead)) return LEAVE_TO_TEST;
  let reading = await gates.read(input.buyer, input.destination);
  for (;;) {
    const { answer } = reading;
    if (answer.gate === 'open-to-send') return { passed: true, probe: null, gate: 'closed' };
    if (answer.gate === 'probe') {
      const now = clock();
      const expiresAt = new Date(now.getTime() + work.delivery.planned.timeoutMs + LEASE_GRACE_MS).toISOString();
      const lease = { buyer: input.buyer, destination: input.destination, probe: answer.probe, deliveryId: input.deliveryId, now: now.toISOString(), expiresAt };
      if (await store.deliveries.takeProbe(lease)) return { passed: true, probe: answer.probe, gate: 'half-open' };
    }
    const reason = answer.gate === 'shut' ? answer.reason : 'breaker-open';
    const result = await standAside(dependencies, input, work, context, { reason, gateVersion: reading.version });
    if (result) return { passed: false, result };
    // The gate moved while we were about to hold: what it says now counts.
    reading = await gates.readAnew(input.buyer, input.destination);
  }
}

/** Sent before the gate shut, and no answer was read: who moves on from it must know. */
const MAY_HAVE_ARRIVED: Settlement = { state: 'unknown', reason: 'may-have-arrived', explanation: explain('may-have-arrived'), deadLetter: 'unknown' };

/** Holds or skips a delivery whose gate is shut; one that somebody settled meanwhile stands as it does. Null when the gate has moved on since `gateVersion` was read. */
export async function standAside(
  { store, clock, metrics }: DeliverDependencies,
  input: DeliverInput,
  { delivery, attempts }: DeliveryWork,
  context: DeliveryContext,
  shut: { reason: ReasonCode; gateVersion: number; mayHaveArrived?: boolean },
): Promise<DeliverResult | null> {
  const attempt = attempts.at(-1)?.number ?? null;
  const explanation = explain(shut.reason);
  const labels = { buyer: input.buyer, destination: input.destination, type: delivery.planned.type };
  if (input.whenShut === 'skip') {
    const mayHaveArrived = shut.mayHaveArrived === true || attempts.some((one) => one.round === delivery.round && one.kind === 'unknown');
    const settled = await store.deliveries.settle(delivery.id, mayHaveArrived ? MAY_HAVE_ARRIVED : { state: 'skipped', reason: shut.reason, explanation, deadLetter: null });
    if (settled.state === 'skipped' || settled.state === 'unknown') metrics.deliverySettled({ ...labels, state: settled.state });
    return { state: settled.state, reason: settled.reason, attempt, heldUntil: null };
  }
  const now = clock();
  const due = delivery.heldUntil !== null && Date.parse(delivery.heldUntil) > now.getTime() ? Date.parse(delivery.heldUntil) : now.getTime() + delivery.planned.holdForMs;
  const heldUntil = new Date(due).toISOString();
  const hold = { gateVersion: shut.gateVersion, reason: shut.reason, explanation, heldUntil, workflowId: context.workflowId };
  if (!(await store.deliveries.hold(delivery.id, hold))) {
    const settled = await store.deliveries.get(delivery.id);
    return settled && isFinal(settled.state) ? standingOf({ delivery: settled, attempts }) : null;
  }
  metrics.deliverySettled({ ...labels, state: 'held' });
  return { state: 'held', reason: shut.reason, attempt, heldUntil };
}
