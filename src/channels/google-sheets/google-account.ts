import { auth, sheets, type sheets_v4 } from '@googleapis/sheets';
import { Redactions } from '../../domain/masking/mask.ts';
import type { HttpClient } from '../../egress/http-client.ts';
import { redactExcerpt } from '../masking.ts';
import { apiFailure, tokenFailure, type CallFailure } from './call-failure.ts';
import { fetchThrough } from './fetch-through.ts';
import type { ServiceAccount } from './service-account.ts';

const SCOPE = 'https://www.googleapis.com/auth/spreadsheets';

export type CallResult<T> = { ok: true; value: T } | { ok: false; failure: CallFailure };

/** One call of the API. */
type Call<T> = (api: sheets_v4.Sheets, options: { signal: AbortSignal }) => Promise<{ data: T }>;

interface AccountSettings {
  http: HttpClient;
  account: ServiceAccount;
  baseUrl: string | null;
  timeoutMs: number;
  /** Waits for the account's turn: one of the requests that Google allows it. Null when it is its turn, else what stands in the way. */
  turn: (signal: AbortSignal) => Promise<CallFailure | null>;
  now: () => Date;
}

/** One service account as Google's client knows it, with its access token, which is good for an hour and got only once. */
export class GoogleAccount {
  private readonly settings: AccountSettings;
  private session: ReturnType<typeof open>;

  constructor(settings: AccountSettings) {
    this.settings = settings;
    this.session = open(settings);
  }

  /** Gets everything that the next call needs: a token, and its turn. Null when it may be made (`isReady`), else what stands in the way. */
  async ready(signal: AbortSignal): Promise<CallFailure | null> {
    const { timeoutMs, now, turn } = this.settings;
    try {
      await this.session.jwt.getAccessToken();
    } catch (error) {
      return tokenFailure(error, timeoutMs, now());
    }
    return turn(signal);
  }

  /** Makes one call, when it is the account's turn. A 401 is tried once more with a new token: it was refused, so nothing has happened. */
  async call<T>(make: Call<T>, signal: AbortSignal, isReady = false): Promise<CallResult<T>> {
    const inTheWay = isReady ? null : await this.ready(signal);
    if (inTheWay) return { ok: false, failure: inTheWay };
    const first = await this.callOnce(make, signal);
    if (first.ok || first.failure.error.code !== 'unauthorized') return first;
    this.session = open(this.settings);
    const stillInTheWay = await this.ready(signal);
    return stillInTheWay ? { ok: false, failure: stillInTheWay } : this.callOnce(make, signal);
  }

  private async callOnce<T>(make: Call<T>, signal: AbortSignal): Promise<CallResult<T>> {
    const { timeoutMs, now } = this.settings;
    try {
      return { ok: true, value: (await make(this.session.api, { signal })).data };
    } catch (error) {
      return { ok: false, failure: this.withoutToken(apiFailure(error, timeoutMs, now())) };
    }
  }

  /** Rows know no token, so what they show is cleared of it here. */
  private withoutToken({ error, ...failure }: CallFailure): CallFailure {
    const token = this.session.jwt.credentials.access_token;
    return { ...failure, error: typeof token === 'string' ? { ...error, reason: redactExcerpt(error.reason, Redactions.of([token])) } : error };
  }
}

function open({ http, account, baseUrl, timeoutMs }: AccountSettings) {
  const jwt = new auth.JWT({
    email: account.email,
    key: account.privateKey,
    ...(account.keyId === undefined ? {} : { keyId: account.keyId }),
    scopes: [SCOPE],
    transporterOptions: { fetchImplementation: fetchThrough(http, { baseUrl, timeoutMs }) },
  });
  // The client would send reads, and calls for tokens, again by itself: what is tried again is decided elsewhere.
  jwt.transporter.interceptors.request.add({
    resolved: (config) => {
      delete config.retryConfig;
      return Promise.resolve(Object.assign(config, { retry: false }));
    },
  });
  return { jwt, api: sheets({ version: 'v4', auth: jwt, retry: false }) };
}
