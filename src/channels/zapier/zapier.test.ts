import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import { BARE_INSTALLATION } from '../installation.ts';
import { noRows } from '../no-rows.test-support.ts';
import { Redactions } from '../../domain/masking/mask.ts';
import { maskRequest } from '../masking.ts';
import { showResult } from '../shown-result.ts';
import { previewDelivery } from '../preview.ts';
import { boundChannelOf } from '../registry.ts';
import { startStandIn, type StandInAnswer } from '../stand-in.test-support.ts';
import { noTokens } from '../tokens/no-tokens.test-support.ts';
import { zapierConfigSchema } from './config.ts';
import { zapierChannel } from './index.ts';
import { renderZapier } from './render.ts';
import { sendZapier } from './send.ts';

const DELIVERY_ID = '00000000-0000-5000-8000-000000000001';
const HOOK = 'https://hooks.zapier.com/hooks/catch/1234567/made-up/';
const ACCEPTED: StandInAnswer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"attempt":"a-1","id":"i-1","request_id":"r-1","status":"success"}' };
const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
afterAll(() => http.close());

async function send(words: Record<string, unknown> = {}, fields: Record<string, unknown> = { email: 'zoe@example.com' }, answer: StandInAnswer = ACCEPTED) {
  const standIn = await startStandIn(answer);
  onTestFinished(() => standIn.close());
  const config = zapierConfigSchema.parse({ id: 'zap', type: 'zapier', url: HOOK, baseUrl: standIn.baseUrl, ...words });
  const rendered = renderZapier({ config, lead: leadOf(fields), deliveryId: DELIVERY_ID });
  if (!rendered.ok) throw new Error('the sample lead can be rendered');
  const result = await sendZapier({ config, request: rendered.request, deliveryId: DELIVERY_ID, http, installation: BARE_INSTALLATION, tokens: noTokens, rows: noRows, signal: new AbortController().signal, now: () => new Date() });
  const [received] = standIn.requests;
  if (!received) throw new Error('nothing arrived');
  return { ...result, received, rendered: rendered.request, baseUrl: standIn.baseUrl };
}

const bodyOf = ({ body }: { body: Buffer }): unknown => JSON.parse(body.toString());

describe('a catch hook', () => {
  it('gets every field and the delivery’s id, at the hook’s path', async () => {
    const { outcome, captures, received } = await send({}, { first_name: 'Zoë', roofs: ['flat', 'steep'], delivery_id: 'by chance' });
    expect(received).toMatchObject({ method: 'POST', url: '/hooks/catch/1234567/made-up/' });
    expect(received.headers['content-type']).toBe('application/json');
    expect(bodyOf(received)).toEqual({ first_name: 'Zoë', roofs: ['flat', 'steep'], delivery_id: DELIVERY_ID });
    expect(outcome).toEqual({ outcome: 'success', billable: true, recipientId: 'i-1' });
    expect(captures).toEqual({ requestId: 'r-1' });
  });

  it('gets a form', async () => {
    const { received } = await send({ format: 'form' }, { name: 'Zoë & Co', roofs: ['flat', 'steep'] });
    expect(received.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect([...new URLSearchParams(received.body.toString())]).toEqual([['name', 'Zoë & Co'], ['roofs', 'flat'], ['roofs', 'steep'], ['delivery_id', DELIVERY_ID]]);
  });

  it('gets what `map` says, and the id under another name too where it says so', async () => {
    const map = [{ to: 'contact.mail', from: 'email' }, { to: 'delivery_id', template: 'leadrail-{delivery.id}' }];
    expect(bodyOf((await send({ map })).received)).toEqual({ contact: { mail: 'zoe@example.com' }, delivery_id: `leadrail-${DELIVERY_ID}` });
    const absent = [{ to: 'delivery_id', from: 'nothing' }];
    expect(bodyOf((await send({ map: absent })).received)).toEqual({ delivery_id: DELIVERY_ID });
  });

  it('keeps its place behind a base URL with a path of its own', async () => {
    const elsewhere = await startStandIn(ACCEPTED);
    onTestFinished(() => elsewhere.close());
    const config = zapierConfigSchema.parse({ id: 'zap', type: 'zapier', url: `${HOOK}?silent=true`, baseUrl: `${elsewhere.baseUrl}/gateway/` });
    const rendered = renderZapier({ config, lead: leadOf({ a: '1' }), deliveryId: DELIVERY_ID });
    if (!rendered.ok) throw new Error('the sample lead can be rendered');
    expect(zapierChannel.preview?.({ config, request: rendered.request, deliveryId: DELIVERY_ID, now: new Date() }).url).toBe(`${elsewhere.baseUrl}/gateway/hooks/catch/1234567/made-up/?silent=true`);
  });
});

describe('the address of a hook', () => {
  it('is in no evidence, also when the answer repeats it', async () => {
    const result = await send({}, { email: 'zoe@example.com' }, 'echo');
    const { rendered, baseUrl } = result;
    const masked = maskRequest(rendered, Redactions.of(result.secrets ?? []));
    const evidence = showResult(result, { rendered: { request: rendered, masked }, exchanges: [], redactions: Redactions.none, isLookUp: false }).sent;
    if (!evidence) throw new Error('nothing was sent');
    expect(JSON.stringify(evidence)).not.toContain('made-up');
    expect(evidence.request.url).toBe(`${baseUrl}/*****/*****/*******/*******/`);
    expect(evidence.response?.body).toContain('zoe@example.com');
  });

  it('is in no preview', () => {
    const channel = boundChannelOf('zapier');
    const destination = channel.configSchema.parse({ id: 'zap', type: 'zapier', url: HOOK });
    const { request } = previewDelivery({ destination, secretValues: [HOOK], lead: leadOf({ a: '1' }), deliveryId: DELIVERY_ID, answer: null, installation: BARE_INSTALLATION, now: new Date() });
    expect(request?.url).toBe('https://hooks.zapier.com/*****/*****/*******/*******/');
  });

  it('may be a secret, and may be asked for unencrypted only with a warning', () => {
    const check = (words: object) => zapierChannel.check?.(zapierConfigSchema.parse({ id: 'zap', type: 'zapier', ...words }));
    expect(check({ url: 'secret://acme_hook' })).toEqual([]);
    expect(check({ url: HOOK })).toEqual([]);
    expect(check({ url: HOOK.replace('https', 'http') })).toMatchObject([{ path: ['url'], severity: 'warning' }]);
  });

  it('says whose limit it counts for', () => {
    const limitOf = (url: string) => zapierChannel.limit?.(zapierConfigSchema.parse({ id: 'zap', type: 'zapier', url }), BARE_INSTALLATION);
    expect(limitOf(HOOK)).toEqual({ credential: '1234567', requests: 30, per: 'second', burst: 30 });
    expect(limitOf('https://hooks.zapier.com/hooks/catch/abc123/')?.credential).toBe('/hooks/catch/abc123/');
  });
});
