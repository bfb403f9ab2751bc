/** States in which a delivery still has something ahead of it. */
export type RunningState = 'planned' | 'delivering';

/** States a delivery rests in. `held` and `queued` rest only for a while; the others are final. */
export type SettledState = 'delivered' | 'rejected' | 'failed' | 'held' | 'skipped' | 'queued' | 'unknown' | 'discarded';

export type DeliveryState = RunningState | SettledState;

export type LeadStatus = 'delivering' | 'delivered' | 'held' | 'queued' | 'partial' | 'discarded' | 'undelivered';

/** Why a delivery is in its state, as a code; the sentence a person reads is made from it (`explain`). */
export type ReasonCode =
  | 'accepted'
  | 'refused'
  | 'permanent-error'
  | 'retries-exhausted'
  | 'may-have-arrived'
  | 'our-fault'
  | 'buyer-paused'
  | 'breaker-open'
  | 'probe-failed'
  | 'hold-expired'
  | 'chain-satisfied'
  | 'chain-not-reached'
  | 'chain-exhausted'
  | 'discarded-by-operator'
  | 'worker-lost'
  | 'failed-later';

/** Dead letters, by who has to act: the buyer refused, nobody could be reached, it may have arrived, or it is ours to mend. */
export type DeadLetterKind = 'refused' | 'undeliverable' | 'unknown' | 'ours';

/** True when nothing more will happen to a delivery unless a person asks for it. */
export function isFinal(state: DeliveryState): boolean {
  return state !== 'planned' && state !== 'delivering' && state !== 'held' && state !== 'queued';
}

/**
 * True once the other side took a delivery under its id, also where it failed later on: sent again under the same id, it would be taken
 * for a repetition of what was sent before, and nothing would go out.
 */
export function wasTaken({ state, reason }: { state: DeliveryState; reason: ReasonCode | null }): boolean {
  return state === 'delivered' || reason === 'failed-later';
}
