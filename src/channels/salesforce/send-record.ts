import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { SendInput, SendResult } from '../channel.ts';
import { sendWithToken } from '../tokens/send-with-token.ts';
import { instanceOf } from './addresses.ts';
import { TOKEN_REFUSED } from './codes.ts';
import type { ApiConfig } from './config.ts';
import { conversation, type Conversation } from './conversation.ts';
import { settleDuplicate } from './duplicate.ts';
import { readError } from './error-body.ts';
import { readRecordAnswer, stored } from './read-answer.ts';
import { salesforceTokenSettings } from './tokens.ts';

/** One attempt by the API: one record, at the instance that came with the token. */
export function sendRecord(input: SendInput<ApiConfig>): Promise<SendResult> {
  const { config, http, signal } = input;
  return sendWithToken({
    ...input,
    settings: salesforceTokenSettings(config),
    sendOnce: async (token, leftMs, kept) => {
      const instance = instanceOf(config, kept);
      if (!instance.ok) return { outcome: instance.error };
      return store(input, conversation(http, { instanceUrl: instance.url, token, leftMs, timeoutMs: config.timeoutMs, signal }));
    },
    isTokenRefused: ({ result }) => result.kind === 'response' && (result.status === 401 || (result.status >= 400 && readError(result)?.code === TOKEN_REFUSED)),
  });
}

/** The evidence is the first request, which carries the lead; what followed it is further evidence. */
async function store({ config, request, now }: SendInput<ApiConfig>, talk: Conversation): Promise<SendResult> {
  const exchange = await talk.ask(request);
  const { result, requestWritten, address } = exchange;
  if (result.kind === 'fault') {
    return { exchange, outcome: faultOutcome(result, requestWritten, { timeoutMs: config.timeoutMs, ...(address === undefined ? {} : { address }) }) };
  }
  const answer = readRecordAnswer(config, result, now());
  switch (answer.said) {
    case 'stored':
      return { exchange, ...stored(talk.instanceUrl, answer.recordId) };
    case 'duplicate':
      return { exchange, ...(await settleDuplicate(talk, { config, request, now: now() }, answer)) };
    case 'error':
      return { exchange, outcome: answer.error };
  }
}
