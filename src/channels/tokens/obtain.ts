import type { RawAnswer } from '../../domain/response/answer.ts';
import type { HttpClient, HttpRequest } from '../../egress/http-client.ts';
import { isCredentialHeader } from '../added-credentials.ts';
import type { TokenAnswer } from './answer.ts';
import { tokenCallError, tokenCallFault } from './failure.ts';
import { readOAuthAnswer, type Asked } from './oauth-answer.ts';
import { tokenRequest, type Grant } from './oauth-request.ts';
import { secretsOf, tokenHost, type OAuthTokenSettings, type TokenSettings } from './settings.ts';
import { ownTokenRequest, readOwnAnswer } from './token-call.ts';

/** A wish for tokens. */
export interface TokenOrder {
  settings: TokenSettings;
  /** The refresh token that was stored last, if any. */
  refreshToken: string | null;
  http: HttpClient;
  timeoutMs: number;
}

/** Asks for tokens in the way that the settings say. Never throws for what the other side does. */
export async function obtainTokens(order: TokenOrder): Promise<TokenAnswer> {
  const { settings } = order;
  if (settings.type === 'token') {
    return ask(order, ownTokenRequest(settings), (raw, asked) => readOwnAnswer(settings, raw, asked));
  }
  switch (settings.grant) {
    case 'client_credentials':
      return askByGrant(order, settings, { by: 'client_credentials' });
    case 'password':
      return byPassword(order, settings);
    case 'refresh_token':
      return withAdvice(await askByGrant(order, settings, { by: 'refresh_token', refreshToken: order.refreshToken ?? settings.refreshToken }), 'Get a new refresh token and store it (`refreshToken`).');
    case 'authorization_code':
      if (order.refreshToken === null) return notConnected(settings);
      return withAdvice(await askByGrant(order, settings, { by: 'refresh_token', refreshToken: order.refreshToken }), CONNECT_AGAIN);
  }
}

/** One OAuth token call (RFC 6749). */
export function askByGrant(order: TokenOrder, settings: OAuthTokenSettings, grant: Grant): Promise<TokenAnswer> {
  return ask(order, tokenRequest(settings, grant), (raw, asked) => readOAuthAnswer(raw, asked, settings.keeps), grantSecrets(grant));
}

const CONNECT_AGAIN = 'Connect the account again (POST /v1/buyers/{id}/destinations/{destination}/connect), then resume the destination.';

/** A refresh token spares the password; one that is not taken any more is no harm while there is a password. */
async function byPassword(order: TokenOrder, settings: Extract<OAuthTokenSettings, { grant: 'password' }>): Promise<TokenAnswer> {
  const deadline = performance.now() + order.timeoutMs;
  if (order.refreshToken !== null) {
    const refreshed = await askByGrant(order, settings, { by: 'refresh_token', refreshToken: order.refreshToken });
    if (refreshed.ok || refreshed.error.kind !== 'permanent') return refreshed;
  }
  return askByGrant({ ...order, timeoutMs: deadline - performance.now() }, settings, { by: 'password', username: settings.username, password: settings.password });
}

function notConnected(settings: OAuthTokenSettings): TokenAnswer {
  const error = tokenCallError(tokenHost(settings), 'permanent', 'unauthorized', `the account is not connected, or they gave no refresh token and the access has ended. ${CONNECT_AGAIN}`);
  return { ok: false, isGrantRefused: false, error };
}

function withAdvice(answer: TokenAnswer, advice: string): TokenAnswer {
  if (answer.ok || !answer.isGrantRefused) return answer;
  return { ...answer, error: { ...answer.error, reason: `${answer.error.reason} ${advice}` } };
}

async function ask(
  { settings, http, timeoutMs }: TokenOrder,
  request: HttpRequest,
  read: (raw: RawAnswer, asked: Asked) => TokenAnswer,
  secrets: string[] = [],
): Promise<TokenAnswer> {
  const host = tokenHost(settings);
  // Never broken off with one lead: the answer is for all that wait, and may bring a refresh token that must not be lost.
  const { result } = await http.exchange(request, { timeoutMs, signal: new AbortController().signal });
  if (result.kind === 'fault') return { ok: false, isGrantRefused: false, error: tokenCallFault(host, result, Math.max(Math.round(timeoutMs), 0)) };
  const sent = request.headers.flatMap(([name, value]) => (isCredentialHeader(name) ? [value] : []));
  return read(result, { host, secrets: [...secretsOf(settings), ...secrets, ...sent], now: new Date() });
}

function grantSecrets(grant: Grant): string[] {
  switch (grant.by) {
    case 'client_credentials':
      return [];
    case 'password':
      return [grant.password];
    case 'refresh_token':
      return [grant.refreshToken];
    case 'authorization_code':
      return [grant.code, grant.verifier];
  }
}
