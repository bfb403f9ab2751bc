import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import { bindChannel } from '../bind-channel.ts';
import { offlineConformanceCases } from '../conformance.test-suite.ts';
import { BARE_INSTALLATION } from '../installation.ts';
import type { RowEnd, RowOrder } from '../rows.ts';
import { noTokens } from '../tokens/no-tokens.test-support.ts';
import { columnLetters, inTab, redirected } from './addresses.ts';
import { googleSheetsChannel } from './index.ts';
import { completeHeader } from './layout.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
const KEY = JSON.stringify({ type: 'service_account', client_email: 'a@made-up.iam.gserviceaccount.com', private_key: privateKey });
const channel = bindChannel(googleSheetsChannel);
const document = (more: object = {}) => ({ id: 'sheet', type: 'google-sheets', serviceAccount: KEY, spreadsheetId: 'abc_DEF-1', ...more });

describe('google-sheets', () => {
  const cases = offlineConformanceCases({
    channel,
    document: (baseUrl) => document({ baseUrl }),
    secrets: [KEY],
    answers: { success: 'hang', refusal: 'hang' },
    errors: [],
    deliveryIdOf: () => undefined,
    badConfigurations: {
      'no key': { serviceAccount: undefined },
      'a key that is none': { serviceAccount: '{"type":"service_account"}' },
      'a key without its private part': { serviceAccount: KEY.replace('PRIVATE', 'PUBLIC') },
      'an address instead of an id': { spreadsheetId: 'https://docs.google.com/spreadsheets/d/abc' },
      'a tab without a name': { sheet: ' ' },
      'a mapping onto the delivery’s id': { map: [{ to: 'Delivery ID', from: 'email' }] },
      'a mapping that cannot be read': { map: [{ to: 'Name', template: '{name' }] },
    },
  });
  for (const { name, run } of cases) it(name, run);

  function rendered(lead: Record<string, unknown>, more: object = {}) {
    const config = channel.configSchema.parse(document(more));
    const result = channel.render({ config, lead: leadOf(lead), deliveryId: 'd-1' }, BARE_INSTALLATION);
    return { config, result };
  }

  it('makes a row of a lead: its id first, values with their type, lists and nothing else as text', () => {
    const { result } = rendered({ formula: '=1+1', 'a.b': 'dot' });
    expect(result).toMatchObject({ ok: true, request: { method: 'POST', url: 'https://sheets.googleapis.com/v4/spreadsheets/abc_DEF-1:batchUpdate' } });
    expect(result.ok && JSON.parse(Buffer.from(result.request.body ?? []).toString())).toEqual({ sheet: 'Leads', cells: [['Delivery ID', 'd-1'], ['formula', '=1+1'], ['a.b', 'dot']] });
    const mapped = rendered({ name: 'Zoë' }, { sheet: 'My Leads', map: [{ to: 'Number', value: 5 }, { to: 'Yes', value: true }, { to: 'List', value: ['a', 'b'] }, { to: 'Name', from: 'name' }] }).result;
    expect(mapped.ok && JSON.parse(Buffer.from(mapped.request.body ?? []).toString())).toMatchObject({ sheet: 'My Leads', cells: [['Delivery ID', 'd-1'], ['Number', 5], ['Yes', true], ['List', 'a, b'], ['Name', 'Zoë']] });
  });

  it('does not hand in what a cell cannot hold', () => {
    expect(rendered({ comments: 'x'.repeat(50_001) }).result).toMatchObject({ ok: false, mistakes: [{ to: 'comments', message: expect.stringMatching(/50000/) as unknown }] });
  });

  it('hands its row in, and tells where it stands', async () => {
    const { config, result } = rendered({ name: 'Zoë' }, { timeout: '3s' });
    if (!result.ok) throw new Error('the lead can be rendered');
    const http = createHttpClient({ allowedNetworks: [] });
    const orders: RowOrder[] = [];
    const send = (end: RowEnd) =>
      channel.send({
        config, request: result.request, deliveryId: 'd-1', http, installation: BARE_INSTALLATION, tokens: noTokens, signal: new AbortController().signal, now: () => new Date(),
        rows: { append: (order) => (orders.push(order), Promise.resolve(end)) },
      });
    expect(await send({ end: 'written', row: 17 })).toEqual({ outcome: { outcome: 'success', billable: true, recipientId: 'Leads!A17' }, captures: { link: 'https://docs.google.com/spreadsheets/d/abc_DEF-1' } });
    expect(orders).toMatchObject([{ address: { serviceAccount: KEY, baseUrl: null, spreadsheetId: 'abc_DEF-1', sheet: 'Leads' }, deliveryId: 'd-1', timeoutMs: 3_000 }]);
    const error = { outcome: 'error', kind: 'transient', code: 'rate-limited', reason: 'made up' } as const;
    expect(await send({ end: 'error', error })).toEqual({ outcome: error });
    await http.close();
  });
});

describe('addresses of a sheet', () => {
  it('name columns as Google does', () => {
    expect([0, 25, 26, 51, 52, 701, 702].map(columnLetters)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
    expect([inTab('Leads', 'A2'), inTab("Bob's Q1", 'A2')]).toEqual(['Leads!A2', "'Bob''s Q1'!A2"]);
  });

  it('lead calls and tokens to `baseUrl`, also below a path', () => {
    const base = 'https://gateway.example/google';
    expect(redirected('https://sheets.googleapis.com/v4/spreadsheets/a', base)).toBe('https://gateway.example/google/v4/spreadsheets/a');
    expect(redirected('https://oauth2.googleapis.com/token', base)).toBe('https://gateway.example/google/token');
    expect(redirected('https://oauth2.googleapis.com/token', null)).toBe('https://oauth2.googleapis.com/token');
  });

  it('leave columns where they are', () => {
    expect(completeHeader(['b', 'a'], [[['a', 1], ['c', 2]], [['d', 3], ['c', 4]]])).toEqual(['b', 'a', 'c', 'd']);
  });
});
