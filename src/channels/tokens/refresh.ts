import { setTimeout as delay } from 'node:timers/promises';
import type { DeliveryError } from '../../domain/delivery/outcome.ts';
import type { HttpClient } from '../../egress/http-client.ts';
import { StoreUnavailable, type StoredTokens, type TokenOwner, type TokenStore } from '../../store/store.ts';
import type { IssuedTokens } from './answer.ts';
import { tokenCallError } from './failure.ts';
import { obtainTokens } from './obtain.ts';
import { tokenHost, type TokenSettings } from './settings.ts';

/** One wish for a new token, of everybody in this process who needs it. */
export interface Refresh {
  store: TokenStore;
  owner: TokenOwner;
  settings: TokenSettings;
  http: HttpClient;
  timeoutMs: number;
  /** The revision to be replaced; null when there is no token. */
  seen: string | null;
  /** Names who asks, for the lease. */
  holder: string;
}

export type Refreshed = { ok: true; tokens: StoredTokens } | { ok: false; error: DeliveryError };

/** Between two looks at a lease that another process has. */
const LOOK_AGAIN_MS = 100;
/** A lease lasts as long as its token call can, and this long for what it brings to be written. */
const WRITE_WITHIN_MS = 5_000;

/**
 * Gets a new token, or the one that another process gets meanwhile: whoever has the lease makes the token call, the others
 * wait for what it writes. New tokens are written before anybody uses them. Rejects with `StoreUnavailable`.
 */
export async function refreshTokens(refresh: Refresh): Promise<Refreshed> {
  const { store, owner, settings, holder } = refresh;
  const deadline = performance.now() + refresh.timeoutMs;
  let { seen } = refresh;
  do {
    const leftMs = Math.max(deadline - performance.now(), 1);
    const lease = await store.lease(owner, { seen, holder, forMs: leftMs + WRITE_WITHIN_MS });
    if (lease.lease === 'busy') {
      await delay(Math.min(LOOK_AGAIN_MS, leftMs));
      continue;
    }
    if (lease.lease === 'moved') {
      if (lease.tokens && isGood(lease.tokens)) return { ok: true, tokens: lease.tokens };
      seen = lease.tokens?.revision ?? null;
      continue;
    }
    // Forgotten meanwhile: then there is none to be replaced.
    seen = lease.tokens?.revision ?? null;
    const answer = await obtainTokens({ settings, refreshToken: lease.tokens?.refreshToken ?? null, http: refresh.http, timeoutMs: leftMs });
    if (answer.ok) {
      const saved = await saveWithPatience(refresh, seen, answer.tokens);
      if (saved) return { ok: true, tokens: saved };
      continue;
    }
    await store.release(owner, holder);
    // Whoever took the lease for lost may have used the refresh token meanwhile: then what they got is there.
    const there = answer.isGrantRefused ? await store.read(owner) : null;
    if (there && there.revision !== seen && isGood(there)) return { ok: true, tokens: there };
    return { ok: false, error: answer.error };
  } while (performance.now() < deadline);
  const what = `another process is getting the token and was not done in time (${Math.round(refresh.timeoutMs)} ms); it is tried again.`;
  return { ok: false, error: tokenCallError(tokenHost(settings), 'transient', 'timeout', what) };
}

function isGood({ remainingMs }: StoredTokens): boolean {
  return remainingMs === null || remainingMs > 0;
}

/** A refresh token that was changed at the provider's and is not written down is lost: so the store gets the time that the lease has left. */
async function saveWithPatience({ store, owner }: Refresh, seen: string | null, tokens: IssuedTokens): Promise<StoredTokens | null> {
  const deadline = performance.now() + WRITE_WITHIN_MS;
  for (;;) {
    try {
      return await store.save(owner, seen, tokens);
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || performance.now() >= deadline) throw error;
      await delay(LOOK_AGAIN_MS);
    }
  }
}
