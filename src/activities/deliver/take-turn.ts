import { createHash } from 'node:crypto';
import { paceOf } from '../../domain/intake-limit/decide.ts';
import type { DeliverDependencies } from './dependencies.ts';
import type { PreparedRequest } from './prepare-request.ts';

const MICROS_PER_MS = 1_000;

/**
 * Waits until the limit of the destination's credential lets one more request out. Gives null when it is this one's turn; else so many
 * wait before it that it is to come back after these milliseconds. Either way no attempt is used up.
 */
export async function takeTurn(
  { store, installation, pause, random }: Pick<DeliverDependencies, 'store' | 'installation' | 'pause' | 'random'>,
  { channel, destination }: PreparedRequest,
  patienceMs: number,
  signal: AbortSignal,
): Promise<number | null> {
  const limit = channel.limit(destination, installation);
  if (limit === null) return null;
  const { credential, requests, per, burst } = limit;
  const digest = createHash('sha256').update(`${channel.type} ${credential}`).digest('hex');
  const turn = await store.credentialLimits.reserve(digest, paceOf({ leads: requests, per, burst }), patienceMs * MICROS_PER_MS);
  const waitMs = Math.ceil(turn.waitMicros / MICROS_PER_MS);
  // Not all at the same moment: they would only meet again.
  if (!turn.granted) return waitMs + Math.ceil(random() * Math.max(patienceMs, waitMs));
  if (waitMs > 0) await pause(waitMs, signal);
  return signal.aborted ? 1 : null;
}
