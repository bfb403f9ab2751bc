import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { HttpExchange } from '../../egress/http-client.ts';
import type { RenderedRequest, SendInput, SendResult } from '../channel.ts';
import { sendWithToken } from '../tokens/send-with-token.ts';
import { completeRequest } from './complete.ts';
import type { HubspotConfig } from './config.ts';
import { ALREADY_THERE, delivered, readContactAnswer, refusedAsDuplicate, unknownDuplicate } from './read-answer.ts';
import { hubspotTokenSettings } from './tokens.ts';
import { updateExisting } from './update-existing.ts';

/** What one token came to. */
interface Sent {
  result: SendResult;
  /** Of the last request: only it can have been answered with 401. */
  last: HttpExchange;
}

/** One attempt: makes the contact, or updates the one that is there. Both requests together have the destination's timeout. */
export async function sendHubspot(input: SendInput<HubspotConfig>): Promise<SendResult> {
  const { config } = input;
  if (config.access === 'private-app') return (await sendOnce(input, config.accessToken, config.timeoutMs)).result;
  let isRefused = false;
  return sendWithToken({
    ...input,
    settings: hubspotTokenSettings(config),
    sendOnce: async (token, leftMs) => {
      const { result, last } = await sendOnce(input, token, leftMs);
      isRefused = last.result.kind === 'response' && last.result.status === 401;
      return result;
    },
    isTokenRefused: () => isRefused,
  });
}

/** The evidence is the create, which carries the lead; what followed it is further evidence. */
async function sendOnce({ config, request, http, signal, now }: SendInput<HubspotConfig>, token: string, timeoutMs: number): Promise<Sent> {
  const deadline = performance.now() + timeoutMs;
  const ask = (next: RenderedRequest) => http.exchange(completeRequest(next, token), { timeoutMs: Math.max(deadline - performance.now(), 1), signal });
  const exchange = await ask(request);
  const { result, requestWritten, address } = exchange;
  const ended = (sent: Omit<SendResult, 'exchange'>): Sent => ({ result: { exchange, ...sent }, last: exchange });
  if (result.kind === 'fault') return ended({ outcome: faultOutcome(result, requestWritten, { timeoutMs: config.timeoutMs, ...(address === undefined ? {} : { address }) }) });
  const answer = readContactAnswer(result, now());
  switch (answer.said) {
    case 'saved':
      return ended(delivered(config, answer.contactId, answer.url));
    case 'refused':
      return ended({ outcome: answer.outcome });
    case 'duplicate': {
      const { existingId } = answer;
      if (config.onDuplicate === 'reject') return ended({ outcome: refusedAsDuplicate(existingId) });
      if (existingId === undefined) return ended({ outcome: unknownDuplicate() });
      if (config.onDuplicate === 'accept') return ended({ ...delivered(config, existingId), notes: [ALREADY_THERE] });
      const updated = await updateExisting({ config, request, existingId, ask, now: now() });
      return { result: { exchange, ...updated.result }, last: updated.exchange };
    }
  }
}
