import { describe, it } from 'vitest';
import { bindChannel } from '../bind-channel.ts';
import { conformanceCases, HTTP_ERRORS, type ChannelFixture, type ErrorCase } from '../conformance.test-suite.ts';
import type { StandInAnswer } from '../stand-in.test-support.ts';
import { givenTokens } from '../tokens/simple-tokens.test-support.ts';
import { zohoChannel } from './index.ts';

const SECRET = 'zoho-"secret&<1>';
const REFRESH = '1000.refresh&<2>';

/** What Zoho says of the record. */
function ofRecord(code: string, status = 202, details: object = {}): StandInAnswer {
  const entry = { code, details, message: 'made up', status: code === 'SUCCESS' ? 'success' : 'error' };
  return { status, headers: { 'content-type': 'application/json;charset=UTF-8' }, body: JSON.stringify({ data: [entry] }) };
}

/** What Zoho says of the whole request. */
function ofRequest(status: number, code: string, headers: Record<string, string> = {}): StandInAnswer {
  return { status, headers: { 'content-type': 'application/json;charset=UTF-8', ...headers }, body: JSON.stringify({ code, details: {}, message: 'made up', status: 'error' }) };
}

const ofTheLead = ['MANDATORY_NOT_FOUND', 'INVALID_DATA', 'LIMIT_EXCEEDED', 'MULTIPLE_OR_MULTI_ERRORS'];
const errors: ErrorCase[] = [
  ...HTTP_ERRORS,
  ...ofTheLead.map((code): ErrorCase => ({ name: code, answer: ofRecord(code), kind: 'permanent', code: 'invalid-data' })),
  { name: 'a code that nobody knows', answer: ofRecord('SOMETHING_NEW'), kind: 'permanent', code: 'rule' },
  { name: 'a record that is refused with a 200', answer: ofRecord('INVALID_DATA', 200), kind: 'permanent', code: 'invalid-data' },
  { name: 'a request that is refused', answer: ofRequest(400, 'INVALID_MODULE'), kind: 'permanent', code: 'rule' },
  { name: 'a wrong address', answer: ofRequest(404, 'INVALID_URL_PATTERN'), kind: 'permanent', code: 'not-found' },
  { name: 'a token that is refused twice', answer: ofRequest(401, 'INVALID_TOKEN'), kind: 'permanent', code: 'unauthorized' },
  { name: 'a missing scope', answer: ofRequest(401, 'OAUTH_SCOPE_MISMATCH'), kind: 'permanent', code: 'forbidden' },
  { name: 'a missing right to the record', answer: ofRecord('NO_PERMISSION'), kind: 'permanent', code: 'forbidden' },
  { name: 'too many requests by code', answer: ofRequest(429, 'TOO_MANY_REQUESTS', { 'retry-after': '30' }), kind: 'transient', code: 'rate-limited', retryAfterMs: 30_000 },
  { name: 'too many requests, whatever the status', answer: ofRecord('TOO_MANY_REQUESTS', 200), kind: 'transient', code: 'rate-limited' },
  { name: 'a failure of theirs', answer: ofRequest(500, 'INTERNAL_ERROR'), kind: 'transient', code: 'http-status' },
  { name: 'a failure of theirs with a 200', answer: ofRecord('INTERNAL_ERROR', 200), kind: 'transient', code: 'http-status' },
  { name: 'a locked record', answer: ofRecord('RECORD_LOCKED'), kind: 'transient', code: 'http-status' },
  { name: 'a 200 that says nothing', answer: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"data":[]}' }, kind: 'unknown', code: 'unreadable-answer' },
  { name: 'half an answer', answer: { status: 201, headers: { 'content-type': 'application/json' }, body: '{"data":[{"sta' }, kind: 'unknown', code: 'unreadable-answer' },
  { name: 'a redirect', answer: { status: 302, headers: { location: 'https://accounts.example/' } }, kind: 'permanent', code: 'redirect' },
];

const shared: Omit<ChannelFixture, 'document'> = {
  channel: bindChannel(zohoChannel),
  secrets: [SECRET, REFRESH],
  tokens: givenTokens(),
  answers: { success: ofRecord('SUCCESS', 201, { id: '554023000000000001' }), refusal: ofRecord('DUPLICATE_DATA', 202, { api_name: 'Email', id: '554023000000000002' }) },
  errors,
  deliveryIdOf: ({ body }) => /"Delivery_ID":"([^"]*)"/.exec(body.toString())?.[1],
  badConfigurations: {
    'no refresh token': { refreshToken: undefined },
    'an unknown data centre': { dataCentre: 'mars' },
    'an address without http': { baseUrl: 'zoho.example' },
    'a field that is none': { externalIdField: 'Delivery ID' },
    'nothing to find a lead by': { duplicateCheckFields: [] },
    'an unknown way with duplicates': { onDuplicate: 'merge' },
    'an unknown trigger': { trigger: ['everything'] },
    'a mapping onto the delivery’s id': { map: [{ to: 'Delivery_ID', from: 'email' }] },
    'a mapping that cannot be read': { map: [{ to: 'Company', template: '{company' }] },
    'a word of another channel': { url: 'https://acme.example/' },
  },
};

const document = (more: Record<string, unknown>) => (baseUrl: string) => ({
  id: 'crm', type: 'zoho', baseUrl, clientId: '1000.CLIENT', clientSecret: SECRET, refreshToken: REFRESH, externalIdField: 'Delivery_ID', onDuplicate: 'reject', ...more,
});

describe.each([
  ['the usual fields', document({})],
  ['fields of its own', document({ dataCentre: 'eu', trigger: [], map: [{ to: 'Campaign', from: 'campaign' }] })],
])('zoho: %s', (_name, written) => {
  for (const { name, run } of conformanceCases({ ...shared, document: written })) it(name, run);
});
