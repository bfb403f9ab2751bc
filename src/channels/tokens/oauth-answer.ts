import { readAnswer, type RawAnswer } from '../../domain/response/answer.ts';
import type { Answer } from '../../domain/response/answer.ts';
import { selectTexts } from '../../domain/response/select.ts';
import { lifetimeMs, type TokenAnswer } from './answer.ts';
import { harmlessWords, tokenCallError, tokenCallStatus } from './failure.ts';

/** Who was asked, and what no message may repeat. */
export interface Asked {
  host: string;
  secrets: readonly string[];
  now: Date;
}

/** Longer than any address. */
const LONGEST_KEPT = 2_000;

/** Types of tokens that more than the token itself goes with (RFC 6749 7.1: not to be used unless understood). */
const OTHER_TYPES = /^(?:dpop|mac|pop)$/i;

/** Reads the answer to a token call by RFC 6749 5.1 and 5.2, with the further values `keeps`. JSON is what it should be; a form is read too. */
export function readOAuthAnswer(raw: RawAnswer, asked: Asked, keeps: readonly string[] = []): TokenAnswer {
  const answer = readAnswer(raw, undefined);
  const text = (name: string) => selectTexts(answer.body, name)[0];
  const error = text('error');
  const isGood = raw.status >= 200 && raw.status < 300;
  const accessToken = text('access_token');
  // Some say what is wrong with a 200; some say `"error": false` beside the token.
  if (!isGood || (error !== undefined && accessToken === undefined)) return refused(answer, error, text('error_description') ?? '', asked);
  if (accessToken === undefined) {
    const what = `HTTP ${raw.status} to the token call, but there is no access_token in the answer; check the token URL, and what stands there.`;
    return { ok: false, isGrantRefused: false, error: tokenCallError(asked.host, 'transient', 'unreadable-answer', what) };
  }
  const type = text('token_type') ?? '';
  if (OTHER_TYPES.test(type)) {
    const what = `the token is of type ${type}, which Leadrail does not speak; ask them for bearer tokens.`;
    return { ok: false, isGrantRefused: false, error: tokenCallError(asked.host, 'permanent', 'configuration', what) };
  }
  const kept = Object.fromEntries(keeps.flatMap((name) => {
    const value = text(name);
    return value === undefined ? [] : [[name, value.slice(0, LONGEST_KEPT)]];
  }));
  const tokens = { accessToken, refreshToken: text('refresh_token') ?? null, scope: text('scope') ?? null, lifetimeMs: lifetimeMs(text('expires_in')) };
  return { ok: true, tokens: keeps.length === 0 ? tokens : { ...tokens, kept } };
}

function refused(answer: Answer, code: string | undefined, description: string, { host, secrets, now }: Asked): TokenAnswer {
  const known = code !== undefined && /^[\w.-]{1,60}$/.test(code) ? code : '';
  const words = harmlessWords([known, description].filter((part) => part !== '').join(': '), secrets);
  const isGrantRefused = known === 'invalid_grant' || known === 'invalid_code';
  const byStatus = tokenCallStatus(host, answer, words, now);
  const advice = ADVICE[known];
  // These say "later", whatever word of RFC 6749 comes with them.
  if (byStatus !== null && PASSING.has(answer.status)) return { ok: false, isGrantRefused, error: byStatus };
  if (advice !== undefined && answer.status < 500) {
    return { ok: false, isGrantRefused, error: tokenCallError(host, 'permanent', 'unauthorized', `${words}. ${advice}`) };
  }
  if (code === TOO_MANY_AT_ZOHO && answer.status < 500) {
    return { ok: false, isGrantRefused, error: { ...tokenCallError(host, 'transient', 'rate-limited', 'more token calls than they allow, ten in ten minutes for one refresh token; it is made again later. Check what else uses this refresh token.'), retryAfterMs: WAIT_AT_ZOHO_MS } };
  }
  if (known === 'temporarily_unavailable' || known === 'server_error') {
    return { ok: false, isGrantRefused, error: tokenCallError(host, 'transient', 'http-status', `${words}. Their system is failing; the token call is made again later.`) };
  }
  if (byStatus !== null) return { ok: false, isGrantRefused, error: byStatus };
  return { ok: false, isGrantRefused, error: tokenCallError(host, 'permanent', 'unauthorized', `the token call was answered with an error (${words}).`) };
}

const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** Zoho's answer (400) to too many token calls ("Access and refresh tokens"). RFC 6749 has no such code: a person who says no is `access_denied`. */
const TOO_MANY_AT_ZOHO = 'Access Denied';
const WAIT_AT_ZOHO_MS = 60_000;

/** What to check for each error of RFC 6749 5.2, and for what Zoho says in the place of `invalid_grant`. */
const ADVICE: Readonly<Partial<Record<string, string>>> = {
  invalid_client: 'They do not accept client id and secret; check that the secret is current, and `clientAuthentication` (basic or body).',
  invalid_grant: 'What the token is asked for by was revoked, has expired, was used before, or belongs to another client.',
  invalid_code: 'The refresh token was revoked, or belongs to another client or data centre.',
  unauthorized_client: 'This client may not ask in this way; check `grant`, and what their side allows it.',
  unsupported_grant_type: 'They do not know this way of asking; check `grant` and `tokenUrl`.',
  invalid_scope: 'They do not give this scope; check `scope`.',
  invalid_request: 'They miss something, or do not take it; check `scope`, `audience` and `parameters`.',
  invalid_target: 'They do not know whom the token is for; check `audience` and `parameters`.',
};
