import { Webhook } from 'standardwebhooks';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import { startStandIn, type StandIn } from '../stand-in.test-support.ts';
import { BARE_INSTALLATION } from '../installation.ts';
import { noRows } from '../no-rows.test-support.ts';
import { noTokens } from '../tokens/no-tokens.test-support.ts';
import { webhookConfigSchema } from './config.ts';
import { webhookChannel } from './index.ts';
import { renderWebhook } from './render.ts';
import { sendWebhook } from './send.ts';

const DELIVERY_ID = '00000000-0000-5000-8000-000000000001';
const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
afterAll(() => http.close());

async function send(settings: Record<string, unknown>, answer: StandIn['answer'] = { status: 200 }) {
  const standIn = await startStandIn(answer);
  onTestFinished(() => standIn.close());
  const config = webhookConfigSchema.parse({ id: 'api', type: 'webhook', url: `${standIn.baseUrl}/in?v=2`, ...settings });
  const rendered = renderWebhook({ config, lead: leadOf({ email: 'zoe@example.com' }), deliveryId: DELIVERY_ID });
  if (!rendered.ok) throw new Error('the sample lead can be rendered');
  const result = await sendWebhook({ config, request: rendered.request, deliveryId: DELIVERY_ID, http, installation: BARE_INSTALLATION, tokens: noTokens, rows: noRows, signal: new AbortController().signal, now: () => new Date() });
  const [received] = standIn.requests;
  if (!received) throw new Error('nothing arrived');
  return { ...result, received };
}

describe('sendWebhook', () => {
  it.each([
    [{ type: 'none' }, 'authorization', undefined],
    [{ type: 'basic', username: 'me', password: 'pä:ss' }, 'authorization', `Basic ${Buffer.from('me:pä:ss').toString('base64')}`],
    [{ type: 'bearer', token: 'tok\n' }, 'authorization', 'Bearer tok'],
    [{ type: 'header', name: 'X-Partner', value: 'k' }, 'x-partner', 'k'],
  ])('authenticates by %j', async (auth, header, value) => {
    const { received } = await send({ auth });
    expect(received.headers[header]).toBe(value);
    expect(received.url).toBe('/in?v=2');
  });

  it('adds a key to the query', async () => {
    const { received } = await send({ auth: { type: 'query', name: 'key', value: 'a&b' } });
    expect(received.url).toBe('/in?v=2&key=a%26b');
  });

  it('sends the delivery id as idempotency key, unless the configuration says what the key is', async () => {
    expect((await send({})).received.headers['idempotency-key']).toBe(DELIVERY_ID);
    expect((await send({ headers: { 'idempotency-key': '{lead.id}' } })).received.headers['idempotency-key']).toBe('lead-1');
  });

  it('signs what it sends, for each secret', async () => {
    const { received } = await send({ sign: ['whsec_b2xkIHNlY3JldA==', 'new secret, as text'] });
    expect(new Webhook('b2xkIHNlY3JldA==').verify(received.body, received.headers)).toEqual({ email: 'zoe@example.com' });
    expect(new Webhook(Buffer.from('new secret, as text'), { format: 'raw' }).verify(received.body, received.headers)).toBeDefined();
    expect(received.headers['webhook-id']).toBe(DELIVERY_ID);
  });

  it.each([
    ['an address against the policy', 'http://10.0.0.1/thanks', 'address-refused'],
    ['a page that is not there', '/gone', 'redirect'],
  ])('does not know whether the lead was taken when it leads on by 303 to %s', async (_name, location, code) => {
    const page = { status: 303, headers: { location } };
    const { outcome } = await send({ redirects: 1 }, (request) => (request.method === 'POST' ? page : { status: 404 }));
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'unknown', code });
    expect(outcome.reason).toMatch(/may have arrived/);
  });

  it('reads the answer by the configuration', async () => {
    const response = { rules: [{ search: 'accepted', at: 'result', outcome: 'success' }], otherwise: 'failure', recipientId: 'id', price: 'price', captures: { queue: ['queue'] } };
    const body = '{"result":"accepted","id":17,"price":"$12.50","queue":"west"}';
    const { outcome, captures } = await send({ response }, { status: 200, headers: { 'content-type': 'application/json' }, body });
    expect(outcome).toMatchObject({ outcome: 'success', recipientId: '17', price: 12.5 });
    expect(captures).toEqual({ queue: 'west' });
  });

  it('says where it was redirected to, when it may follow', async () => {
    const other = await startStandIn({ status: 200, body: 'thanks' });
    onTestFinished(() => other.close());
    const { outcome, notes } = await send({ redirects: 1 }, { status: 302, headers: { location: `${other.baseUrl}/thanks?id=1` } });
    expect(outcome).toMatchObject({ outcome: 'success' });
    expect(notes).toEqual([`followed a redirect (302) to ${other.baseUrl}`]);
    expect(other.requests).toMatchObject([{ method: 'GET', url: '/thanks?id=1' }]);
  });

  it('shows in a preview where a token goes, without asking for one', () => {
    const auth = { type: 'oauth2', grant: 'client_credentials', tokenUrl: 'https://login.example/token', clientId: 'c', clientSecret: 's' };
    const shown = (change: object) => {
      const config = webhookConfigSchema.parse({ id: 'api', type: 'webhook', url: 'https://buyer.example/in', auth: { ...auth, ...change } });
      const rendered = renderWebhook({ config, lead: leadOf({}), deliveryId: DELIVERY_ID });
      return rendered.ok ? webhookChannel.preview?.({ config, request: rendered.request, deliveryId: DELIVERY_ID, now: new Date() }) : undefined;
    };
    expect(shown({})?.headers).toContainEqual(['Authorization', 'Bearer ********']);
    expect(shown({ send: { query: 'token' } })?.url).toMatch(/\?token=/);
  });

  it('does not follow a redirect', async () => {
    const { outcome } = await send({}, { status: 302, headers: { location: '/elsewhere' } });
    expect(outcome).toMatchObject({ outcome: 'failure' });
    expect(outcome.reason).toMatch(/redirect/);
  });
});
