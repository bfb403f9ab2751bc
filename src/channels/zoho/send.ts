import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { SendInput, SendResult } from '../channel.ts';
import { sendWithToken } from '../tokens/send-with-token.ts';
import { completeRequest } from './complete.ts';
import type { ZohoConfig } from './config.ts';
import { isTokenRefused, readZohoAnswer } from './read-answer.ts';
import { zohoTokenSettings } from './tokens.ts';

/** One attempt: one record in one request. */
export function sendZoho(input: SendInput<ZohoConfig>): Promise<SendResult> {
  return sendWithToken({
    ...input,
    settings: zohoTokenSettings(input.config),
    sendOnce: (token, leftMs) => sendOnce(input, token, leftMs),
    isTokenRefused: ({ result }) => result.kind === 'response' && isTokenRefused(result),
  });
}

async function sendOnce({ config, request, http, signal, now }: SendInput<ZohoConfig>, token: string, leftMs: number): Promise<SendResult> {
  const exchange = await http.exchange(completeRequest(request, token), { timeoutMs: leftMs, signal });
  const { result, requestWritten, address } = exchange;
  if (result.kind === 'fault') {
    return { exchange, outcome: faultOutcome(result, requestWritten, { timeoutMs: config.timeoutMs, ...(address === undefined ? {} : { address }) }) };
  }
  const { outcome, captures } = readZohoAnswer(config, result, now());
  return { exchange, outcome, captures };
}
