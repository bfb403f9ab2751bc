import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { SendInput, SendResult } from '../channel.ts';
import { sendWithToken } from '../tokens/send-with-token.ts';
import type { DynamicsConfig } from './config.ts';
import { confirmOwn } from './confirm-own.ts';
import { conversation, type Conversation } from './conversation.ts';
import { readCreateAnswer } from './read-answer.ts';
import { delivered, refusedAsDuplicate } from './results.ts';
import { dynamicsTokenSettings } from './tokens.ts';
import { updateDuplicate } from './update-duplicate.ts';

/** One attempt: creates the record, and finds out what an answer that leaves a question means. */
export function sendDynamics(input: SendInput<DynamicsConfig>): Promise<SendResult> {
  const { config, http, signal } = input;
  return sendWithToken({
    ...input,
    settings: dynamicsTokenSettings(config),
    sendOnce: (token, leftMs) => create(input, conversation(http, { token, leftMs, timeoutMs: config.timeoutMs, signal })),
  });
}

/** The evidence is the create, which carries the lead; what followed it is further evidence. */
async function create({ config, request, deliveryId, now }: SendInput<DynamicsConfig>, talk: Conversation): Promise<SendResult> {
  const exchange = await talk.ask(request);
  const { result, requestWritten, address } = exchange;
  if (result.kind === 'fault') {
    return { exchange, outcome: faultOutcome(result, requestWritten, { timeoutMs: config.timeoutMs, ...(address === undefined ? {} : { address }) }) };
  }
  const answer = readCreateAnswer(result, now());
  switch (answer.said) {
    case 'created':
      return { exchange, ...delivered(config, answer.recordId ?? (config.alternateKey === undefined ? deliveryId : null)) };
    case 'there':
      return { exchange, ...(await confirmOwn(talk, config, deliveryId, now())) };
    case 'duplicate':
      return config.onDuplicate === 'update'
        ? { exchange, ...(await updateDuplicate(talk, config, request, answer.words, now())) }
        : { exchange, outcome: refusedAsDuplicate(config, answer.words) };
    case 'error':
      return { exchange, outcome: answer.error };
  }
}
