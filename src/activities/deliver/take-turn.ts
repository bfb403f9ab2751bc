import { createHash } from 'node:crypto';
import type { BoundChannel } from '../../channels/bind-channel.ts';
import type { DestinationCommon } from '../../domain/config/destination.ts';
import type { AttemptOutcome } from '../../domain/delivery/outcome.ts';
import { paceOf } from '../../domain/intake-limit/decide.ts';
import type { Store } from '../../store/store.ts';
import type { DeliverDependencies } from './dependencies.ts';

const MICROS_PER_MS = 1_000;

export interface TurnDependencies extends Pick<DeliverDependencies, 'installation' | 'pause' | 'random'> {
  store: Pick<Store, 'credentialLimits'>;
}

/**
 * Waits until the limit of the destination's credential lets one more request out. Gives null when it is this one's turn; else so many
 * wait before it that it is to come back after these milliseconds. Either way no attempt is used up.
 */
export async function takeTurn(
  { store, installation, pause, random }: TurnDependencies,
  { channel, destination }: { channel: Pick<BoundChannel, 'type' | 'limit'>; destination: DestinationCommon },
  patienceMs: number,
  signal: AbortSignal,
): Promise<number | null> {
  const limit = channel.limit(destination, installation);
  if (limit === null) return null;
  const { credential, requests, per, burst } = limit;
  const turn = await store.credentialLimits.reserve(digestOf(channel, credential), paceOf({ leads: requests, per, burst }), patienceMs * MICROS_PER_MS);
  const waitMs = Math.ceil(turn.waitMicros / MICROS_PER_MS);
  // Not all at the same moment: they would only meet again.
  if (!turn.granted) return waitMs + Math.ceil(random() * Math.max(patienceMs, waitMs));
  if (waitMs > 0) await pause(waitMs, signal);
  return signal.aborted ? 1 : null;
}

/**
 * Lets a credential rest that the other side has just found too fast, for as long as it said: everybody else who uses it would only be
 * told the same, at the price of an attempt each.
 */
export async function restIfTooFast(
  { store, installation }: Pick<TurnDependencies, 'store' | 'installation'>,
  { channel, destination }: { channel: Pick<BoundChannel, 'type' | 'limit'>; destination: DestinationCommon },
  outcome: AttemptOutcome,
): Promise<void> {
  if (outcome.outcome !== 'error' || outcome.code !== 'rate-limited' || outcome.retryAfterMs === undefined) return;
  const limit = channel.limit(destination, installation);
  if (limit !== null) await store.credentialLimits.rest(digestOf(channel, limit.credential), outcome.retryAfterMs * MICROS_PER_MS);
}

function digestOf({ type }: Pick<BoundChannel, 'type'>, credential: string): string {
  return createHash('sha256').update(`${type} ${credential}`).digest('hex');
}
