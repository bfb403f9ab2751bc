import type { MessageListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/message.js';
import { renderForm } from '../../domain/render/form.ts';
import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { RenderedRequest, SendInput, SendResult } from '../channel.ts';
import { accountOf, NO_ACCOUNT } from './account.ts';
import { exchangeByClient, type ClientRequest } from './client.ts';
import { completeSms } from './complete.ts';
import type { SmsConfig } from './config.ts';
import { readTwilioAnswer } from './read-answer.ts';
import { baseUrlOf, parametersOf } from './render.ts';
import { OPTED_OUT } from './twilio-errors.ts';

/** After a connection that broke Twilio may still be at work on the message: so long until its log is looked up. */
const SETTLING_MS = 3_000;

/** One attempt: creates the message with Twilio's client, and reads the answer. */
export async function sendSms({ config, request, http, installation, signal, now }: SendInput<SmsConfig>): Promise<SendResult> {
  const account = accountOf(config, installation);
  if (account === null) return { outcome: { outcome: 'error', kind: 'permanent', code: 'configuration', reason: NO_ACCOUNT } };
  const complete = (made: ClientRequest) => {
    assertSame(made, request);
    return completeSms(request, account);
  };
  const { timeoutMs } = config;
  const exchange = await exchangeByClient({ account, baseUrl: baseUrlOf(config), http, timeoutMs, signal, complete }, (client) => client.messages.create(messageOf(request)));
  const { result, requestWritten, address } = exchange;
  if (result.kind === 'fault') {
    const outcome = faultOutcome(result, requestWritten, { timeoutMs, ...(address === undefined ? {} : { address }) });
    return { outcome: outcome.kind === 'unknown' ? { ...outcome, retryAfterMs: SETTLING_MS } : outcome, exchange };
  }
  const { outcome, captures, errorCode } = readTwilioAnswer(result, now());
  return { outcome, exchange, captures, ...optOut(errorCode, request) };
}

/** The recipient, where Twilio's code says that they have opted out. */
export function optOut(errorCode: number | null | undefined, request: RenderedRequest): Pick<SendResult, 'optedOut'> {
  return errorCode === OPTED_OUT ? { optedOut: parametersOf(request).get('To') ?? '' } : {};
}

/** What Twilio's client is told, from the bytes that were kept. */
export function messageOf(request: RenderedRequest): MessageListInstanceCreateOptions {
  const given = parametersOf(request);
  const text = (name: string) => given.get(name) ?? undefined;
  const statusCallback = text('StatusCallback');
  const validity = text('ValidityPeriod');
  const from = text('From');
  const messagingServiceSid = text('MessagingServiceSid');
  return {
    to: text('To') ?? '',
    body: text('Body') ?? '',
    ...(statusCallback === undefined ? {} : { statusCallback }),
    ...(validity === undefined ? {} : { validityPeriod: Number(validity) }),
    ...(from === undefined ? {} : { from }),
    ...(messagingServiceSid === undefined ? {} : { messagingServiceSid }),
  };
}

/** The form that Twilio's client would send. */
export function formOf({ data = {} }: ClientRequest): string {
  return renderForm(Object.entries(data).map(([to, value]) => ({ to, value: String(value) })));
}

/** What leaves are the kept bytes; a client that means anything else is a mistake of ours. */
function assertSame(made: ClientRequest, request: RenderedRequest): void {
  const sorted = (form: string) => form.split('&').sort().join('&');
  if (sorted(formOf(made)) !== sorted(new TextDecoder().decode(request.body ?? new Uint8Array()))) throw new Error('Twilio’s client would send another message than the one that was rendered');
}
