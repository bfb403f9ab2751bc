import { describe, it } from 'vitest';
import { bindChannel } from '../bind-channel.ts';
import { conformanceCases, HTTP_ERRORS, type ChannelFixture, type ErrorCase } from '../conformance.test-suite.ts';
import type { StandInAnswer } from '../stand-in.test-support.ts';
import { givenTokens } from '../tokens/simple-tokens.test-support.ts';
import { dynamicsChannel } from './index.ts';

const SECRET = 'dyn-"secret&<1>';
const RECORD = '00000000-0000-5000-8000-000000000001';

/** An error as Dataverse writes it. */
function said(status: number, code: string, headers: Record<string, string> = {}): StandInAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ error: { code, message: 'made up' } }) };
}

const errors: ErrorCase[] = [
  ...HTTP_ERRORS,
  ...['0x80072321', '0x80072322', '0x80072326'].map((code): ErrorCase => ({ name: `throttled (${code})`, answer: said(429, code, { 'retry-after': '9' }), kind: 'transient', code: 'rate-limited', retryAfterMs: 9_000 })),
  { name: 'throttled, whatever the status', answer: said(503, '0x80072326'), kind: 'transient', code: 'rate-limited' },
  { name: 'a record that it does not take', answer: said(400, '0x80048d19'), kind: 'permanent', code: 'rule' },
  ...['0x80044330', '0x80044331', '0x80040265'].map((code): ErrorCase => ({ name: `a value that it does not take (${code})`, answer: said(400, code), kind: 'permanent', code: 'invalid-data' })),
  { name: 'a missing privilege', answer: said(403, '0x80040220'), kind: 'permanent', code: 'forbidden' },
  { name: 'a record that is bound and not there', answer: said(404, '0x80040217'), kind: 'permanent', code: 'not-found' },
  { name: 'a redirect', answer: { status: 302, headers: { location: 'https://login.example/' } }, kind: 'permanent', code: 'redirect' },
  { name: 'a login page', answer: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Log in</body></html>' }, kind: 'unknown', code: 'unreadable-answer' },
];

const shared: Omit<ChannelFixture, 'document'> = {
  channel: bindChannel(dynamicsChannel),
  secrets: [SECRET],
  tokens: givenTokens(),
  answers: {
    success: { status: 204, headers: { 'odata-entityid': `https://acme.crm.dynamics.com/api/data/v9.2/leads(${RECORD})` } },
    refusal: said(412, '0x80040333'),
  },
  errors,
  deliveryIdOf: ({ url }) => /leads\((?:new_delivery=')?([0-9a-f-]{36})'?\)$/.exec(url)?.[1],
  badConfigurations: {
    'no organisation': { baseUrl: undefined },
    'an organisation without https': { baseUrl: 'acme.crm.dynamics.com' },
    'a tenant that is an address': { tenantId: 'https://login.microsoftonline.com/x' },
    'an alternate key that is no column': { alternateKey: "new_id='x'" },
    'an unknown way with duplicates': { onDuplicate: 'merge' },
    'a mapping onto the alternate key': { alternateKey: 'new_delivery', map: [{ to: 'new_delivery', from: 'email' }] },
    'a mapping onto the id': { map: [{ to: 'leadid', from: 'email' }] },
    'a mapping that cannot be read': { map: [{ to: 'subject', template: '{first_name' }] },
    'a word of another channel': { url: 'https://acme.example/' },
  },
};

const document = (more: Record<string, unknown>) => (baseUrl: string) => ({ id: 'crm', type: 'dynamics', baseUrl, tenantId: 'tenant-1', clientId: 'app-1', clientSecret: SECRET, ...more });

describe.each([
  ['by the record’s id', document({})],
  ['by an alternate key', document({ alternateKey: 'new_delivery', onDuplicate: 'accept', map: [{ to: 'new_campaign', from: 'campaign' }] })],
])('dynamics: %s', (_name, written) => {
  for (const { name, run } of conformanceCases({ ...shared, document: written })) it(name, run);
});
