import { z } from 'zod';
import type { DeliveryError } from '../../domain/delivery/outcome.ts';
import { renderQuery } from '../../domain/render/query.ts';
import { readAnswer } from '../../domain/response/answer.ts';
import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { HttpExchange, HttpRequest, HttpResponse } from '../../egress/http-client.ts';
import type { ReconcileInput, SendResult } from '../channel.ts';
import { accountOf, NO_ACCOUNT, type TwilioAccount } from './account.ts';
import { exchangeByClient, type ClientRequest } from './client.ts';
import { completeSms } from './complete.ts';
import type { SmsConfig } from './config.ts';
import { capturesOfMessage, messageSchema, outcomeOfMessage, type TwilioMessage } from './message.ts';
import { readTwilioAnswer } from './read-answer.ts';
import { baseUrlOf, parametersOf } from './render.ts';
import { optOut } from './send.ts';
import { CLOCKS_APART_MS, isSameMessage } from './same-message.ts';

/** Twilio gives the newest first; more than these within the minutes in question leave a doubt. */
const NEWEST = 200;
const MAX_RESPONSE_BYTES = 2 * 1024 * 1024;
/** Beside the message itself, which has the whole timeout: a probe's lease must hold for both. */
const LONGEST_LOOK_MS = 5_000;

const listSchema = z.object({ messages: z.array(messageSchema), next_page_uri: z.string().nullish() });

/**
 * Looks an attempt whose end nobody knows up in Twilio's message log (Twilio, "Read multiple Message resources"): by both numbers, the
 * text and the time. One message is the one; none means that it was not taken; several that nobody can tell apart, and a log that cannot be
 * read, leave it unknown. It is not asked by DateSent: a message that still waits in a queue has none.
 */
export async function reconcileSms(input: ReconcileInput<SmsConfig>): Promise<SendResult | null> {
  const { config, request, installation, now } = input;
  const account = accountOf(config, installation);
  if (account === null) return { outcome: { outcome: 'error', kind: 'permanent', code: 'configuration', reason: NO_ACCOUNT } };
  const sent = parametersOf(request);
  const sought = { to: sent.get('To') ?? '', from: sent.get('From'), text: sent.get('Body') ?? '', doubt: input.doubt };
  const exchange = await look(input, account, sought);
  const { result } = exchange;
  if (result.kind === 'fault') return stillUnknown(exchange, faultOutcome(result, false, { timeoutMs: config.timeoutMs }));
  const list = listIn(result);
  if (list === null) {
    const { outcome } = readTwilioAnswer(result, now());
    return stillUnknown(exchange, outcome.outcome === 'error' ? outcome : UNREADABLE_LIST);
  }
  const found = list.messages.filter((message) => isSameMessage(message, sought));
  const [message] = found;
  if (message === undefined) return isWhole(list, input) ? null : stillUnknown(only(exchange, result, []), TOO_MANY);
  const shown = only(exchange, result, found);
  if (found.length > 1) return { exchange: shown, outcome: ambiguous(found.length) };
  return { exchange: shown, outcome: outcomeOfMessage(message), captures: capturesOfMessage(message), ...optOut(message.error_code, request), notes: ['no answer had come; the message was found in Twilio’s log and not sent again'] };
}

function look({ config, http, signal }: ReconcileInput<SmsConfig>, account: TwilioAccount, { to, from }: { to: string; from: string | null }): Promise<HttpExchange> {
  const baseUrl = baseUrlOf(config);
  const complete = ({ uri, params = {} }: ClientRequest): HttpRequest => {
    const values = Object.entries(params).map(([name, value]) => ({ to: name, value: String(value) }));
    // The client takes a host like gateway.example for one of Twilio's regions and changes it: the base is ours.
    const { pathname } = new URL(uri);
    const url = renderQuery(new URL(baseUrl).origin + pathname, values);
    return completeSms({ method: 'GET', url, headers: [['Accept', 'application/json']], body: null }, account);
  };
  const order = { account, baseUrl, http, timeoutMs: Math.min(config.timeoutMs, LONGEST_LOOK_MS), signal, maxResponseBytes: MAX_RESPONSE_BYTES, complete };
  return exchangeByClient(order, (client) => client.messages.page({ to, ...(from === null ? {} : { from }), pageSize: NEWEST }));
}

function listIn(response: HttpResponse): z.output<typeof listSchema> | null {
  if (response.status !== 200 || response.bodyTruncated) return null;
  const { body } = readAnswer(response, 'json');
  const list = listSchema.safeParse(body.kind === 'json' ? body.value : null);
  return list.success ? list.data : null;
}

/** Whether the list goes back to before the attempt. */
function isWhole({ messages, next_page_uri: next }: z.output<typeof listSchema>, { doubt }: ReconcileInput<SmsConfig>): boolean {
  if (next === null || next === undefined || next === '') return true;
  const oldest = messages.at(-1);
  return oldest !== undefined && Date.parse(oldest.date_created ?? oldest.date_sent ?? '') < Date.parse(doubt.since) - CLOCKS_APART_MS;
}

/** The evidence of a look-up holds the message that was looked for: the others are of other leads. */
function only(exchange: HttpExchange, response: HttpResponse, messages: TwilioMessage[]): HttpExchange {
  return { ...exchange, result: { ...response, body: new TextEncoder().encode(JSON.stringify({ messages })), bodyTruncated: true } };
}

/** Nothing is sent while nobody knows: the next attempt looks again. */
function stillUnknown(exchange: HttpExchange, error: DeliveryError): SendResult {
  const { code, reason, retryAfterMs } = error;
  return {
    exchange,
    outcome: {
      outcome: 'error',
      kind: 'unknown',
      code,
      reason: `An attempt before may have arrived, and Twilio’s message log could not be asked about it, so nothing was sent again. ${reason}`,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  };
}

const UNREADABLE_LIST: DeliveryError = { outcome: 'error', kind: 'unknown', code: 'unreadable-answer', reason: 'Its answer could not be read.' };
const TOO_MANY: DeliveryError = { outcome: 'error', kind: 'unknown', code: 'rule', reason: `It has more than ${NEWEST} newer messages to this number.` };

function ambiguous(count: number): DeliveryError {
  return {
    outcome: 'error',
    kind: 'unknown',
    code: 'rule',
    reason: `An attempt before may have arrived, and Twilio’s message log has ${count} messages to this number with this text at that time: nobody can tell which are this lead’s. Look there, and send it again with an edited field if it is missing.`,
  };
}
