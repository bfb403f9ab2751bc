import type { AccessToken, TokenAccess, TokenRequest, TokenResult } from './access.ts';
import { obtainTokens } from './obtain.ts';

/** Tokens that are always there, for tests that are not about them: `token-1`, after a 401 `token-2`, and so on. */
export function givenTokens(): TokenAccess {
  let number = 1;
  const token = (): Promise<TokenResult> => Promise.resolve({ ok: true, token: { value: `given-token-${number}`, revision: String(number) } });
  return {
    current: token,
    renew: () => {
      number += 1;
      return token();
    },
  };
}

/** Tokens that a provider really gives out, kept until they are refused; for one test and one destination. */
export function askedTokens(): TokenAccess {
  let kept: AccessToken | null = null;
  const ask = async ({ settings, http, callTimeoutMs }: TokenRequest): Promise<TokenResult> => {
    const answer = await obtainTokens({ settings, refreshToken: null, http, timeoutMs: callTimeoutMs });
    if (!answer.ok) return answer;
    kept = { value: answer.tokens.accessToken, revision: answer.tokens.accessToken, kept: answer.tokens.kept };
    return { ok: true, token: kept };
  };
  return {
    current: (request) => (kept === null ? ask(request) : Promise.resolve({ ok: true, token: kept })),
    renew: (request) => ask(request),
  };
}
