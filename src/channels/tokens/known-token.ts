import type { StoredTokens } from '../../store/store.ts';

/** What a process knows of a destination's token for a moment. Times are its own, in milliseconds. */
export interface KnownToken {
  value: string;
  revision: string;
  kept: Readonly<Record<string, string>> | undefined;
  /** Null: until it is answered with 401. */
  usableUntilMs: number | null;
  /** From then on one gets the next while the others go on with this. */
  dueAtMs: number | null;
}

const LONGEST_AHEAD_MS = 60_000;
const SHARE_AHEAD = 0.1;

/** A token is due a minute before its end, a short-lived one when a tenth of its life is left. */
export function knownToken({ accessToken, revision, kept, remainingMs, lifetimeMs }: StoredTokens, nowMs: number): KnownToken {
  if (remainingMs === null) return { value: accessToken, revision, kept, usableUntilMs: null, dueAtMs: null };
  const aheadMs = Math.min(LONGEST_AHEAD_MS, (lifetimeMs ?? remainingMs) * SHARE_AHEAD);
  return { value: accessToken, revision, kept, usableUntilMs: nowMs + remainingMs, dueAtMs: nowMs + remainingMs - aheadMs };
}

export function isUsable({ usableUntilMs }: KnownToken, nowMs: number): boolean {
  return usableUntilMs === null || nowMs < usableUntilMs;
}

export function isDue({ dueAtMs }: KnownToken, nowMs: number): boolean {
  return dueAtMs !== null && nowMs >= dueAtMs;
}
