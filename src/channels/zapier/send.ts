import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { HttpRequest } from '../../egress/http-client.ts';
import type { RenderedRequest, SendInput, SendResult } from '../channel.ts';
import type { ZapierConfig } from './config.ts';
import { hookOf } from './hook.ts';
import { readZapierAnswer } from './read-answer.ts';

/** The request as it leaves: to the hook itself. */
export function completeRequest(config: ZapierConfig, request: RenderedRequest): HttpRequest {
  return { ...request, url: hookOf(config).address };
}

/** One attempt. */
export async function sendZapier({ config, request, http, signal, now }: SendInput<ZapierConfig>): Promise<SendResult> {
  const { timeoutMs } = config;
  const { secrets } = hookOf(config);
  const exchange = await http.exchange(completeRequest(config, request), { timeoutMs, signal });
  const { result, requestWritten, address } = exchange;
  if (result.kind === 'fault') {
    return { exchange, secrets, outcome: faultOutcome(result, requestWritten, { timeoutMs, ...(address === undefined ? {} : { address }) }) };
  }
  const { outcome, captures } = readZapierAnswer(result, now());
  return { exchange, secrets, outcome, captures };
}
