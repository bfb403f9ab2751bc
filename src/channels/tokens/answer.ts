import type { DeliveryError } from '../../domain/delivery/outcome.ts';

/** Tokens as somebody gave them out. */
export interface IssuedTokens {
  accessToken: string;
  /** Null when none came: the one before stays good (RFC 6749 6). */
  refreshToken: string | null;
  scope: string | null;
  /** How long the access token is good from now; null when nobody said. */
  lifetimeMs: number | null;
  /** What else the settings name in the answer (`keeps`), as far as it was there. */
  kept?: Readonly<Record<string, string>> | undefined;
}

/** What a token call came to. */
export type TokenAnswer =
  | { ok: true; tokens: IssuedTokens }
  /** `isGrantRefused`: they do not take the refresh token, the code or the password any more (`invalid_grant`). */
  | { ok: false; error: DeliveryError; isGrantRefused: boolean };

/** Some write the largest number they have for a token that never ends; no date can hold it. */
const LONGEST_LIFETIME_S = 10 * 365 * 24 * 3_600;

/** Reads seconds; null for what is no positive number, and for what is as good as for ever. */
export function lifetimeMs(seconds: string | undefined): number | null {
  const value = Number(seconds?.trim() === '' ? NaN : seconds);
  return Number.isFinite(value) && value > 0 && value <= LONGEST_LIFETIME_S ? Math.round(value * 1_000) : null;
}
