import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BoundChannel } from '../../channels/bind-channel.ts';
import { BARE_INSTALLATION } from '../../channels/installation.ts';
import { maskRequest } from '../../channels/masking.ts';
import { boundChannelOf } from '../../channels/registry.ts';
import { startStandIn, type ReceivedRequest, type StandIn, type StandInAnswer } from '../../channels/stand-in.test-support.ts';
import { noRows } from '../../channels/no-rows.test-support.ts';
import { askedTokens } from '../../channels/tokens/simple-tokens.test-support.ts';
import { maskLead, Redactions } from '../../domain/masking/mask.ts';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import type { PreparedRequest } from './prepare-request.ts';
import { sendPrepared } from './send-prepared.ts';

const DELIVERY_ID = '00000000-0000-5000-8000-000000000001';
const EXISTING = '00000000-0000-5000-8000-0000000000aa';
const LEAD = { email: 'zoe@example.com', ssn: '078051120' };
/** The sensitive value leaves in another form than the lead has it. */
const SENT_SSN = 'LAST 1120 OF NINE';
const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
let provider: StandIn;
beforeAll(async () => {
  provider = await startStandIn({ status: 500 });
});
beforeEach(() => {
  provider.requests.length = 0;
});
afterAll(() => Promise.all([provider.close(), http.close()]));

const json = (status: number, body?: unknown, headers: Record<string, string> = {}): StandInAnswer => ({ status, headers: { 'content-type': 'application/json', ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

/** Answers in turn; token calls are answered beside. */
function answers(...told: StandInAnswer[]): void {
  let token = 0;
  provider.answer = ({ url }: ReceivedRequest) => {
    if (url.includes('token')) return json(200, { access_token: `made-up-token-${(token += 1)}`, token_type: 'Bearer', expires_in: 3600 });
    return told.shift() ?? { status: 500 };
  };
}

function prepared(type: string, words: Record<string, unknown>, column: string): PreparedRequest {
  const channel: BoundChannel = boundChannelOf(type);
  const map = [{ to: column, from: 'ssn', transform: [{ substring: { start: 5 } }], format: 'LAST {value} OF NINE' }];
  const destination = channel.configSchema.parse({ id: 'crm', type, baseUrl: provider.baseUrl, map, ...words });
  const declarations = { ssn: { type: 'ssn' as const, required: false, sensitive: true } };
  const render = (lead: ReturnType<typeof leadOf>) => {
    const rendered = channel.render({ config: destination, lead, deliveryId: DELIVERY_ID }, BARE_INSTALLATION);
    if (!rendered.ok) throw new Error(JSON.stringify(rendered.mistakes));
    return rendered.request;
  };
  const request = render(leadOf(LEAD));
  const redactions = Redactions.of([LEAD.ssn]);
  const masked = maskRequest(render(maskLead(leadOf(LEAD), declarations)), redactions);
  return { ok: true, configVersion: 1, channel, destination, request, kept: { configVersion: 1, ...request, masked }, redactions, notes: [] };
}

async function send(type: string, words: Record<string, unknown>, column: string) {
  const { outcome, sent } = await sendPrepared(
    { store: { suppressions: { find: () => Promise.resolve([]), add: notAsked, list: notAsked, release: notAsked } }, http, tokens: { of: () => tokens }, rows: { of: () => noRows }, installation: BARE_INSTALLATION, clock: () => new Date() },
    { buyer: 'acme', destination: 'crm', deliveryId: DELIVERY_ID },
    prepared(type, words, column),
    null,
    { signal: new AbortController().signal },
  );
  if (sent === null) throw new Error('it was sent');
  return { outcome, sent, all: [sent, ...(sent.furtherExchanges ?? [])] };
}

let tokens = askedTokens();
beforeEach(() => {
  tokens = askedTokens();
});
const notAsked = () => Promise.reject(new Error('not asked for'));

const APP = { clientId: 'app-1', clientSecret: 'made-up-secret', refreshToken: 'made-up-refresh' };
const DUPLICATE = [{ errorCode: 'DUPLICATES_DETECTED', message: 'm', fields: [], duplicateResult: { matchResults: [{ entityType: 'Lead', matchRecords: [{ record: { Id: '00Q1', attributes: { type: 'Lead' } } }] }] } }];

describe('every request of an attempt is in its evidence', () => {
  it.each<[string, string, Record<string, unknown>, string, StandInAnswer[], [method: string, status: number | null][]]>([
    ['an update after a conflict', 'hubspot', { accessToken: 'pat-made-up' }, 'ssn_end', [json(409, { message: 'Existing ID: 512' }), json(200, { id: '512' })], [['POST', 409], ['PATCH', 200]]],
    ['a new token, and the update after it', 'hubspot', APP, 'ssn_end', [json(401), json(409, { message: 'Existing ID: 512' }), json(200, { id: '512' })], [['POST', 409], ['POST', 401], ['PATCH', 200]]],
    ['an update without stand-ins', 'salesforce', { ...APP, externalIdField: 'Our_Id__c' }, 'Ssn_End__c', [json(400, DUPLICATE), json(204)], [['PATCH', 400], ['PATCH', 204]]],
    ['one that goes past a rule', 'salesforce', { ...APP, onDuplicate: 'accept' }, 'Ssn_End__c', [json(400, DUPLICATE), json(201, { id: '00Q2', success: true })], [['POST', 400], ['POST', 201]]],
    [
      'a look-up and an update', 'dynamics', { tenantId: 't-1', clientId: 'app-1', clientSecret: 'made-up-secret', onDuplicate: 'update' }, 'new_ssn_end',
      [json(412, { error: { code: '0x80040333', message: 'm' } }), json(200, { value: [{ leadid: EXISTING }] }), json(204)], [['PATCH', 412], ['GET', 200], ['PATCH', 204]],
    ],
    ['what stands in for a name', 'zoho', APP, 'Ssn_End', [json(202, { data: [{ status: 'error', code: 'MANDATORY_NOT_FOUND', details: { api_name: 'Last_Name' } }] }), json(201, { data: [{ status: 'success', code: 'SUCCESS', details: { id: '7' } }] })], [['POST', 201], ['POST', 202]]],
  ])('%s: %s', async (_what, type, words, column, told, expected) => {
    answers(...told);
    const { outcome, all } = await send(type, words, column);
    expect(outcome.outcome).toBe('success');
    expect(all.map(({ request, response }) => [request?.method, response?.status ?? null])).toEqual(expected);
    const received = provider.requests.filter(({ url }) => !url.includes('token'));
    expect(new Set(all.map(({ bodySha256 }) => bodySha256))).toEqual(new Set(received.map(({ method, body }) => (method === 'GET' ? null : createHash('sha256').update(body).digest('hex')))));
    expect(all.map(({ request }) => new URL(request?.url ?? '').pathname).sort()).toEqual(received.map(({ url }) => new URL(url, 'http://x').pathname).sort());
    expect(received.filter(({ body }) => body.toString().includes(SENT_SSN)).length).toBeGreaterThan(1);
    const shown = JSON.stringify(all);
    for (const hidden of [SENT_SSN, LEAD.ssn, 'made-up-token', 'made-up-secret', 'made-up-refresh', 'pat-made-up']) expect(shown).not.toContain(hidden);
    expect(shown).toContain(LEAD.email);
  });

  it('a second one that gets no answer, with why', async () => {
    answers(json(409, { message: 'Existing ID: 512' }), 'reset');
    const { outcome, sent } = await send('hubspot', { accessToken: 'pat-made-up' }, 'ssn_end');
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'unknown' });
    expect(sent.furtherExchanges).toEqual([expect.objectContaining({ fault: 'connection', response: null, startedAt: expect.stringMatching(/Z$/) as string, address: expect.stringContaining('127.0.0.1:') as string })]);
  });

  it('and of one request there is nothing further', async () => {
    answers(json(201, { id: '512' }));
    expect((await send('hubspot', { accessToken: 'pat-made-up' }, 'ssn_end')).sent.furtherExchanges).toEqual([]);
  });
});
