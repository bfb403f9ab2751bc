import { GoogleAccount } from '../../channels/google-sheets/google-account.ts';
import type { CallFailure } from '../../channels/google-sheets/call-failure.ts';
import { readServiceAccount, type ServiceAccount } from '../../channels/google-sheets/service-account.ts';
import { paceOf } from '../../domain/intake-limit/decide.ts';
import type { HttpClient } from '../../egress/http-client.ts';
import type { CredentialLimitStore } from '../../store/store.ts';
import { digest, type RowContent } from './row-content.ts';

/**
 * Google counts reads and writes each for itself, 60 a minute for a user and 300 for a project (Google: "Usage limits"): kept for both
 * together. In no minute are there more than the burst and what comes evenly.
 */
const OF_ACCOUNT = { leads: 38, per: 'minute', burst: 20 } as const;
const OF_PROJECT = { leads: 220, per: 'minute', burst: 70 } as const;

/** As long as a request waits for its turn; whoever is further back comes again later. */
const PATIENCE_MS = 15_000;
const MICROS_PER_MS = 1_000;
/** Tokens of so many accounts are kept. */
const MOST_ACCOUNTS = 200;

export interface AccountDependencies {
  http: HttpClient;
  credentialLimits: Pick<CredentialLimitStore, 'reserve'>;
  clock: () => Date;
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Service accounts with their access tokens, and whose turn it is: the limits are shared by all workers. */
export class Accounts {
  private readonly dependencies: AccountDependencies;
  private readonly known = new Map<string, GoogleAccount>();

  constructor(dependencies: AccountDependencies) {
    this.dependencies = dependencies;
  }

  /** The account that a row was handed in with. Null where its key cannot be read. */
  of({ serviceAccount, baseUrl, timeoutMs }: RowContent): GoogleAccount | null {
    const name = digest([serviceAccount, baseUrl, timeoutMs]);
    const known = this.known.get(name) ?? this.opened(serviceAccount, baseUrl, timeoutMs);
    if (known === null) return null;
    this.known.delete(name);
    this.known.set(name, known);
    for (const [oldest] of this.known) {
      if (this.known.size <= MOST_ACCOUNTS) break;
      this.known.delete(oldest);
    }
    return known;
  }

  private opened(serviceAccount: string, baseUrl: string | null, timeoutMs: number): GoogleAccount | null {
    const { http, clock } = this.dependencies;
    const read = readServiceAccount(serviceAccount);
    if (!read.ok) return null;
    const limits = limitsOf(read.account, baseUrl);
    return new GoogleAccount({ http, account: read.account, baseUrl, timeoutMs, now: clock, turn: (signal) => this.turn(limits, signal) });
  }

  private async turn(limits: ReturnType<typeof limitsOf>, signal: AbortSignal): Promise<CallFailure | null> {
    for (const [name, limit] of limits) {
      const turn = await this.dependencies.credentialLimits.reserve(name, paceOf(limit), PATIENCE_MS * MICROS_PER_MS);
      const waitMs = Math.ceil(turn.waitMicros / MICROS_PER_MS);
      if (!turn.granted) return { error: { outcome: 'error', kind: 'transient', code: 'rate-limited', reason: 'The service account is at Google’s limit of requests a minute with other spreadsheets; the row waits for its turn. Give busy spreadsheets service accounts of their own.', retryAfterMs: waitMs }, mayHaveHappened: false };
      if (waitMs > 0) await this.dependencies.pause(waitMs, signal);
    }
    return null;
  }
}

function limitsOf({ email, project }: ServiceAccount, baseUrl: string | null) {
  const ofAccount = [digest(['google-sheets', baseUrl, email]), OF_ACCOUNT] as const;
  return project === undefined ? [ofAccount] : [ofAccount, [digest(['google-project', baseUrl, project]), OF_PROJECT] as const];
}
