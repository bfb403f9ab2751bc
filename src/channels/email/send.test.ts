import { createServer } from 'node:http';
import { Resend } from 'resend';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { listen } from '../../egress/tcp-server.test-support.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import type { RenderedRequest } from '../channel.ts';
import { BARE_INSTALLATION, type Installation } from '../installation.ts';
import { noRows } from '../no-rows.test-support.ts';
import { noTokens } from '../tokens/no-tokens.test-support.ts';
import { emailConfigSchema, type EmailConfig } from './config.ts';
import { decodeEmail } from './email-body.ts';
import { emailChannel } from './index.ts';
import { API_KEY, startResend, type ResendStandIn } from './resend.test-support.ts';
import { sdkEmail } from './send.ts';

const LEAD = leadOf({ first_name: 'Zoë', email: 'zoe@example.com' }, { email: 'email' });
const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });

let resend: ResendStandIn;
beforeEach(async () => {
  resend = await startResend();
});
afterEach(() => resend.close());

const configOf = (words: Record<string, unknown> = {}): EmailConfig =>
  emailConfigSchema.parse({ id: 'inbox', type: 'email', from: 'Leads <leads@sender.example>', to: 'sales@buyer.example', baseUrl: resend.baseUrl, apiKey: API_KEY, ...words });

function rendered(config: EmailConfig): RenderedRequest {
  const result = emailChannel.render({ config, lead: LEAD, deliveryId: 'delivery-1' }, BARE_INSTALLATION);
  if (!result.ok) throw new Error(JSON.stringify(result.mistakes));
  return result.request;
}

const send = (config: EmailConfig, request = rendered(config), installation: Installation = BARE_INSTALLATION) =>
  emailChannel.send({ config, request, deliveryId: 'delivery-1', http, installation, tokens: noTokens, rows: noRows, signal: new AbortController().signal, now: () => new Date() });

describe('sending by Resend', () => {
  it('takes the email’s id, and sends under the delivery’s', async () => {
    const { outcome, captures, secrets } = await send(configOf());
    expect(outcome).toEqual({ outcome: 'success', billable: true, recipientId: 'email-1' });
    expect(captures).toEqual({ link: 'https://resend.com/emails/email-1' });
    expect(secrets).toEqual([API_KEY]);
    expect(resend.sent).toMatchObject([{ idempotencyKey: 'delivery-1', email: { tags: [{ name: 'delivery_id', value: 'delivery-1' }] } }]);
  });

  it('is repeated after a timeout without a second email', async () => {
    const config = configOf({ timeout: '200ms' });
    resend.tell = ['hang-after-sending'];
    const first = await send(config);
    expect(first.outcome).toMatchObject({ outcome: 'error', kind: 'unknown', code: 'timeout' });
    const second = await send(config);
    expect(second.outcome).toMatchObject({ outcome: 'success', recipientId: 'email-1' });
    expect([resend.requests, resend.sent.length]).toEqual([2, 1]);
  });

  it('says of another email under the same id that it was sent before, and does not send it', async () => {
    await send(configOf());
    const { outcome } = await send(configOf({ subject: 'Another' }));
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'rule', reason: expect.stringContaining('invalid_idempotent_request') as string });
    expect(resend.sent.length).toBe(1);
  });

  it('names key and domain when it is turned away', async () => {
    expect((await send(configOf({ apiKey: 're_another_key' }))).outcome).toMatchObject({ kind: 'permanent', code: 'forbidden' });
    const { outcome } = await send(configOf({ from: 'leads@unverified.example' }));
    expect(outcome).toMatchObject({ kind: 'permanent', code: 'forbidden', reason: expect.stringContaining('verify the domain') as string });
  });

  it('uses the installation’s key where the destination has none, and says so where there is neither', async () => {
    const config = configOf({ apiKey: undefined });
    const installation = { ...BARE_INSTALLATION, resendApiKey: API_KEY };
    expect((await send(config, rendered(config), installation)).outcome.outcome).toBe('success');
    expect(await send(config)).toEqual({ outcome: { outcome: 'error', kind: 'permanent', code: 'configuration', reason: expect.stringContaining('RESEND_API_KEY') as string } });
    expect(resend.requests).toBe(1);
    expect(emailChannel.limit?.(config, installation)).toEqual({ credential: API_KEY, requests: 2, per: 'second', burst: 1 });
    expect(emailChannel.limit?.(config, BARE_INSTALLATION)).toBeNull();
  });
});

describe('the request', () => {
  it('is what the SDK itself would send, byte by byte', async () => {
    const config = configOf({ cc: 'boss@buyer.example', bcc: 'log@buyer.example', replyTo: '{email}', attach: 'csv', html: '<p>{first_name}</p>', text: '{first_name}' });
    const request = rendered(config);
    let seen: { url: string | undefined; headers: Record<string, unknown>; body: string } | undefined;
    const server = createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        seen = { url: incoming.url, headers: incoming.headers, body: Buffer.concat(chunks).toString('utf8') };
        response.end('{"id":"e"}');
      });
    });
    const port = await listen(server);
    // The SDK as it comes, with its own fetch.
    const sdk = new Resend(API_KEY, { baseUrl: `http://127.0.0.1:${port}`, userAgent: 'leadrail' });
    await sdk.emails.send(sdkEmail(decodeEmail(request.body)), { idempotencyKey: 'delivery-1' });
    server.closeAllConnections();
    server.close();
    await send(config, request);
    expect(seen?.body).toBe(Buffer.from(request.body ?? []).toString('utf8'));
    expect(JSON.parse(seen?.body ?? '')).toHaveProperty('reply_to', ['zoe@example.com']);
    expect(resend.sent[0]?.bytes).toBe(seen?.body);
    for (const name of ['authorization', 'content-type', 'idempotency-key', 'user-agent']) expect(resend.sent[0]?.headers[name]).toBe(seen?.headers[name]);
  });

  it('is what a preview shows', async () => {
    const config = configOf();
    const { exchange } = await send(config);
    const shown = emailChannel.preview?.({ config, request: rendered(config), deliveryId: 'delivery-1', now: new Date() });
    expect(shown?.url).toBe(exchange?.request.url);
    expect([...(shown?.headers ?? [])].sort()).toEqual([...(exchange?.request.headers ?? [])].sort());
    expect(Buffer.from(shown?.body ?? [])).toEqual(Buffer.from(exchange?.request.body ?? []));
  });
});
