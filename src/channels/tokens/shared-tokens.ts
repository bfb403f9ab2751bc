import { randomUUID } from 'node:crypto';
import type { DeliveryError } from '../../domain/delivery/outcome.ts';
import { StoreUnavailable, type TokenOwner, type TokenStore } from '../../store/store.ts';
import type { AccessToken, TokenAccess, TokenRequest, TokenResult } from './access.ts';
import { tokenCallError } from './failure.ts';
import { isDue, isUsable, knownToken, type KnownToken } from './known-token.ts';
import { refreshTokens, type Refreshed } from './refresh.ts';
import { settingsDigest, tokenHost } from './settings.ts';
import { within } from './within.ts';

/** How long a token read once is used without a look at the store: one forgotten or connected anew counts that soon. */
const KEPT_MS = 1_000;
const MOST_KEPT = 1_000;
/** After a token could not be got ahead of its time, it is let go on for so long. */
const AHEAD_AGAIN_MS = 5_000;

export interface SharedTokensDependencies {
  store: TokenStore;
  /** Told when a token could not be got ahead of its time: nobody waits for that one, so nobody else hears of it. */
  onAheadFailed: (owner: { buyer: string; destination: string }, code: string) => void;
  /** Monotonic, in milliseconds. */
  nowMs?: () => number;
}

/**
 * The tokens of all destinations, shared by all processes through the store. A new one is got by one process, and in it by one
 * call, whoever waits; ahead of its end while the old one goes on, and once more when it was answered with 401.
 */
export class SharedTokens {
  readonly #store: TokenStore;
  readonly #onAheadFailed: SharedTokensDependencies['onAheadFailed'];
  readonly #nowMs: () => number;
  readonly #holder = randomUUID();
  readonly #kept = new Map<string, { readAtMs: number; token: Promise<KnownToken | null> }>();
  readonly #refreshes = new Map<string, Promise<Refreshed>>();
  readonly #aheadAgainAtMs = new Map<string, number>();

  constructor({ store, onAheadFailed, nowMs = () => performance.now() }: SharedTokensDependencies) {
    this.#store = store;
    this.#onAheadFailed = onAheadFailed;
    this.#nowMs = nowMs;
  }

  /** The tokens of one destination. */
  of(buyer: string, destination: string): TokenAccess {
    const ownerOf = ({ settings }: TokenRequest): TokenOwner => ({ buyer, destination, digest: settingsDigest(settings) });
    return {
      current: (request) => this.#answer(request, () => this.#current(ownerOf(request), request)),
      renew: (request, refused) => this.#answer(request, () => this.#renew(ownerOf(request), request, refused)),
    };
  }

  /** Waits for the token calls under way: what they bring must not be lost. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#refreshes.values());
  }

  async #answer(request: TokenRequest, ask: () => Promise<KnownToken | Refreshed>): Promise<TokenResult> {
    const asked = await within(ask(), request).catch((error: unknown) => {
      if (error instanceof StoreUnavailable) return { ok: false as const, error: storeAway(request) };
      throw error;
    });
    if (asked === 'aborted' || asked === 'timeout') return { ok: false, error: waitEnded(request, asked) };
    if ('value' in asked) return { ok: true, token: { value: asked.value, revision: asked.revision, kept: asked.kept } };
    if (!asked.ok) return asked;
    const { accessToken, revision, kept } = asked.tokens;
    return { ok: true, token: { value: accessToken, revision, kept } };
  }

  async #current(owner: TokenOwner, request: TokenRequest): Promise<KnownToken | Refreshed> {
    const known = await this.#known(owner);
    if (!known || !isUsable(known, this.#nowMs())) return this.#refreshed(owner, request, known?.revision ?? null);
    if (isDue(known, this.#nowMs())) this.#refreshAhead(owner, request, known);
    return known;
  }

  async #renew(owner: TokenOwner, request: TokenRequest, refused: AccessToken): Promise<KnownToken | Refreshed> {
    const known = await this.#known(owner);
    if (known && known.revision !== refused.revision && isUsable(known, this.#nowMs())) return known;
    // Where another process has a new one already, the lease on `refused` says so.
    return this.#refreshed(owner, request, refused.revision);
  }

  #known(owner: TokenOwner): Promise<KnownToken | null> {
    const key = keyOf(owner);
    const readAtMs = this.#nowMs();
    const kept = this.#kept.get(key);
    if (kept && readAtMs - kept.readAtMs < KEPT_MS) return kept.token;
    const token = this.#store.read(owner).then((stored) => stored && knownToken(stored, this.#nowMs()));
    const entry = this.#keep(key, token);
    // What could not be read is asked for again at once.
    token.catch(() => this.#kept.get(key) === entry && this.#kept.delete(key));
    return token;
  }

  #keep(key: string, token: Promise<KnownToken | null>): object {
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    const entry = { readAtMs: this.#nowMs(), token };
    this.#kept.set(key, entry);
    return entry;
  }

  /** A new token in the place of `seen`. Whoever asks while one is being got waits for that one. */
  #refreshed(owner: TokenOwner, { settings, http, callTimeoutMs }: TokenRequest, seen: string | null): Promise<Refreshed> {
    const key = keyOf(owner);
    const underWay = this.#refreshes.get(key);
    if (underWay) return underWay;
    const refresh = refreshTokens({ store: this.#store, owner, settings, http, timeoutMs: callTimeoutMs, seen, holder: this.#holder })
      .then((refreshed) => {
        if (refreshed.ok) this.#keep(key, Promise.resolve(knownToken(refreshed.tokens, this.#nowMs())));
        return refreshed;
      })
      .finally(() => this.#refreshes.delete(key));
    this.#refreshes.set(key, refresh);
    return refresh;
  }

  /** Gets the next token while leads go on with this one: none of them waits for it. */
  #refreshAhead(owner: TokenOwner, request: TokenRequest, known: KnownToken): void {
    const key = keyOf(owner);
    if (this.#refreshes.has(key) || this.#nowMs() < (this.#aheadAgainAtMs.get(key) ?? 0)) return;
    const failed = (code: string) => {
      this.#aheadAgainAtMs.set(key, this.#nowMs() + AHEAD_AGAIN_MS);
      this.#onAheadFailed(owner, code);
    };
    this.#refreshed(owner, request, known.revision).then(
      (refreshed) => (refreshed.ok ? this.#aheadAgainAtMs.delete(key) : failed(refreshed.error.code)),
      (error: unknown) => failed(error instanceof Error ? error.name : 'unknown'),
    );
  }
}

function keyOf({ buyer, destination, digest }: TokenOwner): string {
  return JSON.stringify([buyer, destination, digest]);
}

function waitEnded({ settings, timeoutMs }: TokenRequest, why: 'aborted' | 'timeout'): DeliveryError {
  const host = tokenHost(settings);
  if (why === 'aborted') return tokenCallError(host, 'transient', 'interrupted', 'the worker had to let go of this attempt, e.g. to shut down; it is made again.');
  return tokenCallError(host, 'transient', 'timeout', `none came in time; \`timeout\` is ${Math.round(timeoutMs)} ms. Check whether their system is up, and whether our address is on their list.`);
}

/** Our own trouble: the attempt is made again and counts for nothing. */
function storeAway({ settings }: TokenRequest): DeliveryError {
  return tokenCallError(tokenHost(settings), 'transient', 'interrupted', 'the database, where tokens are kept, is away; the attempt is made again.');
}
