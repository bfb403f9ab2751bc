import { createHash } from 'node:crypto';
import type { OAuthSettings } from './oauth-schema.ts';
import type { TokenCallSettings } from './token-call-schema.ts';

/** How a destination gets its tokens. */
export type TokenSettings = OAuthTokenSettings | TokenCallSettings;

export type OAuthTokenSettings = OAuthSettings & KeptValues;

/** A provider may say more with a token than the token: Salesforce, where the account's API is. */
interface KeptValues {
  /** Names of the answer whose texts are kept with the token. */
  keeps?: readonly string[];
}

/**
 * What tells settings apart for the tokens that they brought: SHA-256, hex. Other credentials never get a token of these.
 * Where tokens go does not count. Neither does the client's secret where a person's consent or a refresh token is what counts
 * (RFC 6749 6): a provider that has it replaced keeps the connection.
 */
export function settingsDigest(settings: TokenSettings): string {
  const counted = withoutReplaceable({ ...settings, send: undefined });
  return createHash('sha256').update(JSON.stringify(sorted(counted))).digest('hex');
}

function withoutReplaceable(settings: object): object {
  if (!('grant' in settings) || (settings.grant !== 'authorization_code' && settings.grant !== 'refresh_token')) return settings;
  return { ...settings, clientSecret: undefined, clientAuthentication: undefined };
}

/** The same settings written in another order are the same. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}

/** The plain credentials in the settings: no message may repeat them. */
export function secretsOf(settings: TokenSettings): string[] {
  if (settings.type === 'token') {
    const { headers, body, basic } = settings.request;
    return [...Object.values(headers), ...Object.values(body).map(String), basic?.password ?? ''];
  }
  const { clientSecret, parameters } = settings;
  const own = settings.grant === 'password' ? settings.password : settings.grant === 'refresh_token' ? settings.refreshToken : '';
  return [clientSecret ?? '', own, ...Object.values(parameters)];
}

/** The address of whoever gives out the tokens, for a person: host only, since the rest may carry credentials. */
export function tokenHost(settings: TokenSettings): string {
  const url = settings.type === 'token' ? settings.request.url : settings.tokenUrl;
  return URL.canParse(url) ? new URL(url).host : 'an address that cannot be read';
}
