import type { HttpExchange } from '../../egress/http-client.ts';
import type { SendInput, SendResult } from '../channel.ts';
import type { TokenSettings } from './settings.ts';

/** One attempt that needs a token. */
export interface TokenOrder extends Pick<SendInput<{ timeoutMs: number }>, 'config' | 'tokens' | 'http' | 'signal'> {
  settings: TokenSettings;
  /** Sends once with this token, within this time; `kept` is what came with the token and the settings name. */
  sendOnce: (token: string, timeoutMs: number, kept: Readonly<Record<string, string>>) => Promise<SendResult>;
  /** Whether an answer says that the token is no good; a 401 unless set. */
  isTokenRefused?: (exchange: HttpExchange) => boolean;
}

const RENEWED = 'the access token was answered with 401; the request was sent again with a new one';

/**
 * Sends with a token that somebody gives out, all of it within the destination's timeout. A 401 means that the lead was not
 * taken and the token is no good: it is sent once more with a new one, and what that comes to counts.
 */
export async function sendWithToken({ config, tokens, http, signal, settings, sendOnce, isTokenRefused = is401 }: TokenOrder): Promise<SendResult> {
  const deadline = performance.now() + config.timeoutMs;
  const leftMs = () => Math.max(deadline - performance.now(), 1);
  const wish = () => ({ settings, http, signal, timeoutMs: leftMs(), callTimeoutMs: config.timeoutMs });
  const first = await tokens.current(wish());
  if (!first.ok) return { outcome: { ...first.error, reason: `${first.error.reason} Nothing had been sent.` } };
  const sent = await sendOnce(first.token.value, leftMs(), first.token.kept ?? {});
  if (sent.exchange === undefined || !isTokenRefused(sent.exchange)) return { ...sent, secrets: [first.token.value, ...(sent.secrets ?? [])] };
  const second = await tokens.renew(wish(), first.token);
  if (!second.ok) {
    const reason = `HTTP 401 from the buyer: the token is no good any more. ${second.error.reason} The lead was not taken.`;
    return { exchange: sent.exchange, outcome: { ...second.error, reason }, secrets: [first.token.value] };
  }
  const again = await sendOnce(second.token.value, leftMs(), second.token.kept ?? {});
  return { ...again, notes: [...(again.notes ?? []), RENEWED], secrets: [first.token.value, second.token.value, ...(again.secrets ?? [])] };
}

/** After a redirect it is another page that wants no such token; the lead itself was answered by leading on. */
function is401({ result, redirects }: HttpExchange): boolean {
  return redirects === undefined && result.kind === 'response' && result.status === 401;
}
