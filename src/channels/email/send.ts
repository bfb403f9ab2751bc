import type { CreateEmailOptions } from 'resend';
import type { HttpExchange } from '../../egress/http-client.ts';
import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { SendInput, SendResult } from '../channel.ts';
import { apiKeyOf } from './api-key.ts';
import type { EmailConfig } from './config.ts';
import { decodeEmail, type EmailBody } from './email-body.ts';
import { readResendResponse } from './read-answer.ts';
import { RESEND_URL } from './render.ts';
import { ResendClient } from './resend-client.ts';

const NO_KEY = 'There is no Resend API key: neither `apiKey` of the destination nor RESEND_API_KEY is set. Nothing was sent. Set one of them and send the lead again.';

/**
 * One attempt, through Resend's SDK. The delivery id is its Idempotency-Key: for 24 hours the same email sent again makes no second
 * one (docs, "Idempotency Keys"), so that an attempt that may have arrived can be repeated.
 */
export async function sendEmail({ config, request, deliveryId, http, installation, signal, now }: SendInput<EmailConfig>): Promise<SendResult> {
  const apiKey = apiKeyOf(config, installation);
  if (apiKey === null) return { outcome: { outcome: 'error', kind: 'permanent', code: 'configuration', reason: NO_KEY } };
  const exchanges: HttpExchange[] = [];
  const client = new ResendClient({
    apiKey,
    baseUrl: config.baseUrl ?? RESEND_URL,
    transport: async (prepared) => {
      // The bytes that were kept, not the SDK's writing of them: another version of it may order keys otherwise, and Resend would take that for another email.
      const exchange = await http.exchange({ ...prepared, body: request.body }, { timeoutMs: config.timeoutMs, signal });
      exchanges.push(exchange);
      return exchange;
    },
  });
  const response = await client.emails.send(sdkEmail(decodeEmail(request.body)), { idempotencyKey: deliveryId });
  const [exchange] = exchanges;
  const secrets = [apiKey];
  if (exchange?.result.kind === 'fault') {
    const { result, requestWritten, address } = exchange;
    return { outcome: faultOutcome(result, requestWritten, { timeoutMs: config.timeoutMs, ...(address === undefined ? {} : { address }) }), exchange, secrets };
  }
  const { outcome, captures } = readResendResponse(response, now());
  return { outcome, captures, secrets, ...(exchange === undefined ? {} : { exchange }) };
}

/** An email in the SDK's words, which turns it back into the API's. */
export function sdkEmail({ attachments, reply_to, html, text, ...email }: EmailBody): CreateEmailOptions {
  const common = {
    ...email,
    ...(reply_to === undefined ? {} : { replyTo: reply_to }),
    ...(attachments === undefined ? {} : { attachments: attachments.map(({ content, filename, content_type }) => ({ content, filename, contentType: content_type })) }),
  };
  return html === undefined ? { ...common, text: text ?? '' } : { ...common, html, ...(text === undefined ? {} : { text }) };
}
