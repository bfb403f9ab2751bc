import { describe, it } from 'vitest';
import { bindChannel } from '../bind-channel.ts';
import { conformanceCases, HTTP_ERRORS, type ChannelFixture, type ErrorCase } from '../conformance.test-suite.ts';
import type { StandInAnswer } from '../stand-in.test-support.ts';
import { givenTokens } from '../tokens/simple-tokens.test-support.ts';
import { salesforceChannel } from './index.ts';

const SECRET = 'sf-"secret&<1>';
const REFRESH = '5Aep.refresh&<2>';
const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' };

/** An error as Salesforce writes it. */
function said(status: number, errorCode: string, headers: Record<string, string> = {}, more: object = {}): StandInAnswer {
  return { status, headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify([{ message: 'made up', errorCode, fields: [], ...more }]) };
}

const ofTheLead = ['REQUIRED_FIELD_MISSING', 'FIELD_CUSTOM_VALIDATION_EXCEPTION', 'STRING_TOO_LONG', 'DUPLICATE_VALUE', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'];
const permanent = ['INVALID_FIELD', 'SOMETHING_NEW'];
const apiErrors: ErrorCase[] = [
  ...HTTP_ERRORS,
  ...ofTheLead.map((code): ErrorCase => ({ name: code, answer: said(400, code), kind: 'permanent', code: 'invalid-data' })),
  ...permanent.map((code): ErrorCase => ({ name: code, answer: said(400, code), kind: 'permanent', code: 'rule' })),
  { name: 'a locked row', answer: said(400, 'UNABLE_TO_LOCK_ROW'), kind: 'transient', code: 'http-status' },
  { name: 'a server that is away', answer: said(503, 'SERVER_UNAVAILABLE', { 'retry-after': '9' }), kind: 'transient', code: 'http-status', retryAfterMs: 9_000 },
  { name: 'a server that is away, whatever the status', answer: said(400, 'SERVER_UNAVAILABLE'), kind: 'transient', code: 'http-status' },
  { name: 'a failure of theirs', answer: said(500, 'UNKNOWN_EXCEPTION'), kind: 'transient', code: 'http-status' },
  { name: 'requests that are used up', answer: said(403, 'REQUEST_LIMIT_EXCEEDED'), kind: 'transient', code: 'quota-exhausted' },
  { name: 'storage that is used up', answer: said(400, 'STORAGE_LIMIT_EXCEEDED'), kind: 'transient', code: 'quota-exhausted' },
  { name: 'a session that is refused twice', answer: said(401, 'INVALID_SESSION_ID'), kind: 'permanent', code: 'unauthorized' },
  { name: 'a session that is refused twice, whatever the status', answer: said(403, 'INVALID_SESSION_ID'), kind: 'permanent', code: 'unauthorized' },
  { name: 'an organisation without the API', answer: said(403, 'API_DISABLED_FOR_ORG'), kind: 'permanent', code: 'forbidden' },
  { name: 'a missing right', answer: said(400, 'INSUFFICIENT_ACCESS_OR_READONLY'), kind: 'permanent', code: 'forbidden' },
  { name: 'a field that is not there', answer: said(404, 'NOT_FOUND'), kind: 'permanent', code: 'not-found' },
  { name: 'several records with our id', answer: { status: 300, headers: JSON_TYPE, body: '["/services/data/v62.0/sobjects/Lead/1","/services/data/v62.0/sobjects/Lead/2"]' }, kind: 'permanent', code: 'rule' },
  { name: 'a redirect', answer: { status: 302, headers: { location: 'https://login.example/' } }, kind: 'permanent', code: 'redirect' },
  { name: 'a login page', answer: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Log in</body></html>' }, kind: 'unknown', code: 'unreadable-answer' },
  { name: 'half an answer', answer: { status: 201, headers: JSON_TYPE, body: '{"id":"00Q' }, kind: 'unknown', code: 'unreadable-answer' },
];

const api: Omit<ChannelFixture, 'document'> = {
  channel: bindChannel(salesforceChannel),
  secrets: [SECRET, REFRESH],
  tokens: givenTokens(),
  answers: { success: { status: 201, headers: JSON_TYPE, body: '{"id":"00Q000000000000001","success":true,"errors":[],"created":true}' }, refusal: said(400, 'DUPLICATES_DETECTED') },
  errors: apiErrors,
  deliveryIdOf: ({ url }) => /\/Leadrail_Id__c\/([0-9a-f-]{36})$/.exec(url)?.[1],
  badConfigurations: {
    'no client': { clientId: undefined },
    'a login address without https': { baseUrl: 'login.salesforce.com' },
    'an external id that is no field': { externalIdField: "Id='x'" },
    'an object that is none': { object: 'Lead/1' },
    'a version that is none': { apiVersion: 'latest' },
    'a version before duplicate rules': { apiVersion: '51.0' },
    'an unknown way with duplicates': { onDuplicate: 'merge' },
    'an unknown mode': { mode: 'email' },
    'a mapping onto the external id': { map: [{ to: 'Leadrail_Id__c', from: 'email' }] },
    'a mapping onto the id': { map: [{ to: 'Id', from: 'email' }] },
    'a mapping that cannot be read': { map: [{ to: 'Company', template: '{company' }] },
    'another object without a mapping': { object: 'Enquiry__c', map: 'auto' },
    'a word of the other mode': { oid: '00D5e000000abcd' },
    'a word of another channel': { url: 'https://acme.example/' },
  },
};

const apiDocument = (more: Record<string, unknown>) => (baseUrl: string) => ({
  id: 'crm', type: 'salesforce', baseUrl, clientId: '3MVG9', clientSecret: SECRET, refreshToken: REFRESH, externalIdField: 'Leadrail_Id__c', onDuplicate: 'reject', ...more,
});

describe.each([
  ['the usual fields', apiDocument({})],
  ['fields of its own', apiDocument({ apiVersion: 'v64.0', map: [{ to: 'Campaign__c', from: 'campaign' }] })],
  ['another object', apiDocument({ object: 'Enquiry__c', map: [{ to: 'Name', from: 'first_name' }, { to: 'Email__c', from: 'email' }, { to: 'Ssn__c', from: 'ssn' }] })],
])('salesforce: %s', (_name, written) => {
  for (const { name, run } of conformanceCases({ ...api, document: written })) it(name, run);
});

const form: ChannelFixture = {
  channel: bindChannel(salesforceChannel),
  secrets: [],
  document: (baseUrl) => ({ id: 'form', type: 'salesforce', mode: 'web-to-lead', baseUrl, oid: '00D5e000000abcd', map: [{ to: '00N5e00000AbCdE', from: 'delivery.id' }, { to: '00N5e00000AbCdF', from: 'ssn' }] }),
  // It never says that a lead is refused.
  answers: { success: { status: 200, headers: { 'is-processed': 'true' } } },
  errors: [
    ...HTTP_ERRORS,
    { name: 'an exception', answer: { status: 200, headers: { 'is-processed': 'Exception:common.exception.SalesforceGenericException' } }, kind: 'permanent', code: 'rule' },
    { name: 'a form that is not taken', answer: { status: 400 }, kind: 'permanent', code: 'rule' },
    { name: 'a redirect', answer: { status: 302, headers: { location: 'https://login.example/' } }, kind: 'permanent', code: 'redirect' },
  ],
  deliveryIdOf: ({ body }) => new URLSearchParams(body.toString()).get('00N5e00000AbCdE') ?? undefined,
  badConfigurations: {
    'no organisation': { oid: undefined },
    'an address without https': { baseUrl: 'webto.salesforce.com' },
    'a mapping onto the organisation': { map: [{ to: 'oid', from: 'email' }] },
    'a mapping onto the redirect': { map: [{ to: 'retURL', value: 'https://acme.example/' }] },
    'a word of the other mode': { clientId: '3MVG9' },
    'a way with duplicates, which it does not have': { onDuplicate: 'update' },
  },
};

describe('salesforce: web-to-lead', () => {
  for (const { name, run } of conformanceCases(form)) it(name, run);
});
