import { createHash } from 'node:crypto';
import type { BoundChannel } from '../../channels/bind-channel.ts';
import type { DestinationCommon } from '../../domain/config/destination.ts';
import type { AttemptOutcome } from '../../domain/delivery/outcome.ts';
import type { Turn } from '../../domain/credential-limit/reserve.ts';
import { paceOf } from '../../domain/intake-limit/decide.ts';
import { StoreUnavailable, type Store } from '../../store/store.ts';
import type { DeliverDependencies } from './dependencies.ts';

const MICROS_PER_MS = 1_000;

export interface TurnDependencies extends Pick<DeliverDependencies, 'installation' | 'pause' | 'random'> {
  store: Pick<Store, 'credentialLimits'>;
}

/** Whose credential is used. */
interface LimitUser {
  channel: Pick<BoundChannel, 'type' | 'limit'>;
  destination: DestinationCommon;
}

/** So far ahead a further request may stand in line, and so is counted though it waits less: its attempt is under way. */
const FURTHER_AHEAD_MS = 60_000;

/**
 * Waits until the limit of the destination's credential lets one more request out. Gives null when it is this one's turn; else so many
 * wait before it that it is to come back after these milliseconds. Either way no attempt is used up.
 */
export async function takeTurn(
  dependencies: TurnDependencies,
  user: LimitUser,
  patienceMs: number,
  signal: AbortSignal,
): Promise<number | null> {
  const { pause, random } = dependencies;
  const turn = await reserveTurn(dependencies, user, patienceMs);
  if (turn === null) return null;
  const waitMs = Math.ceil(turn.waitMicros / MICROS_PER_MS);
  // Not all at the same moment: they would only meet again.
  if (!turn.granted) return waitMs + Math.ceil(random() * Math.max(patienceMs, waitMs));
  if (waitMs > 0) await pause(waitMs, signal);
  return signal.aborted ? 1 : null;
}

/**
 * The turn of a further request of an attempt. Others wait for it; it waits no longer than `patienceMs`,
 * and while the database is away not at all: what its first request has begun must come to an end.
 */
export async function takeFurtherTurn(dependencies: TurnDependencies, user: LimitUser, patienceMs: number, signal: AbortSignal): Promise<void> {
  const turn = await reserveTurn(dependencies, user, FURTHER_AHEAD_MS).catch((error: unknown) => {
    if (error instanceof StoreUnavailable) return null;
    throw error;
  });
  const waitMs = Math.min(Math.ceil((turn?.waitMicros ?? 0) / MICROS_PER_MS), patienceMs);
  if (waitMs > 0) await dependencies.pause(waitMs, signal);
}

async function reserveTurn({ store, installation }: TurnDependencies, { channel, destination }: LimitUser, aheadMs: number): Promise<Turn | null> {
  const limit = channel.limit(destination, installation);
  if (limit === null) return null;
  const { credential, requests, per, burst } = limit;
  return store.credentialLimits.reserve(digestOf(channel, credential), paceOf({ leads: requests, per, burst }), aheadMs * MICROS_PER_MS);
}

/**
 * Lets a credential rest that the other side has just found too fast, for as long as it said: everybody else who uses it would only be
 * told the same, at the price of an attempt each.
 */
export async function restIfTooFast(
  { store, installation }: Pick<TurnDependencies, 'store' | 'installation'>,
  { channel, destination }: LimitUser,
  outcome: AttemptOutcome,
): Promise<void> {
  if (outcome.outcome !== 'error' || outcome.code !== 'rate-limited' || outcome.retryAfterMs === undefined) return;
  const limit = channel.limit(destination, installation);
  if (limit !== null) await store.credentialLimits.rest(digestOf(channel, limit.credential), outcome.retryAfterMs * MICROS_PER_MS);
}

function digestOf({ type }: Pick<BoundChannel, 'type'>, credential: string): string {
  return createHash('sha256').update(`${type} ${credential}`).digest('hex');
}
