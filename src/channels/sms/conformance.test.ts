import { describe, it } from 'vitest';
import { bindChannel } from '../bind-channel.ts';
import { conformanceCases, type ChannelFixture, type ErrorCase } from '../conformance.test-suite.ts';
import { BARE_INSTALLATION } from '../installation.ts';
import type { StandInAnswer } from '../stand-in.test-support.ts';
import { smsChannel } from './index.ts';
import { ACCOUNT_SID, AUTH_TOKEN, FROM, TO } from './twilio.test-support.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const error = (status: number, code: number, headers = {}): StandInAnswer => ({ status, headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify({ code, status, message: 'as Twilio says it' }) });
const number = (code: number): ErrorCase => ({ name: `the number, ${code}`, answer: error(400, code), kind: 'permanent', code: 'recipient' });
const account = (code: number): ErrorCase => ({ name: `the account, ${code}`, answer: error(400, code), kind: 'permanent', code: 'forbidden' });

const shared: Omit<ChannelFixture, 'document'> = {
  channel: bindChannel(smsChannel),
  secrets: [AUTH_TOKEN],
  installation: { ...BARE_INSTALLATION, publicUrl: 'https://leadrail.example' },
  answers: {
    success: { status: 201, headers: JSON_TYPE, body: JSON.stringify({ sid: 'SM1', status: 'queued', num_segments: '2', price: null, price_unit: 'USD', error_code: null }) },
  },
  errors: [
    ...[21211, 21614, 21635, 21610, 21612, 30005, 30006, 30004, 30007, 30450].map(number),
    ...[21408, 21212, 21601, 21602, 21603, 21604, 21605, 21606, 21607, 21608, 21609, 21703, 21704, 21705, 21617, 30002, 30010, 30024, 30032, 30033, 30034].map(account),
    { name: 'SID and token', answer: error(401, 20003), kind: 'permanent', code: 'unauthorized' },
    { name: 'too many requests', answer: error(429, 20429, { 'retry-after': '3' }), kind: 'transient', code: 'rate-limited', retryAfterMs: 3_000 },
    { name: 'a full queue', answer: error(400, 21611), kind: 'transient', code: 'rate-limited' },
    { name: 'a busy Twilio', answer: error(503, 20503), kind: 'transient', code: 'http-status' },
    { name: 'too many requests, without a code', answer: { status: 429 }, kind: 'transient', code: 'rate-limited' },
    { name: 'a 5xx without a code', answer: { status: 500, body: 'oops' }, kind: 'unknown', code: 'http-status' },
    { name: 'a success that cannot be read', answer: { status: 201, body: '<html>' }, kind: 'unknown', code: 'unreadable-answer' },
    { name: 'an account that is not there', answer: error(404, 20404), kind: 'permanent', code: 'not-found' },
    { name: 'a code that has no meaning here', answer: error(400, 21999), kind: 'permanent', code: 'rule' },
    { name: 'a 400 without a code', answer: { status: 400 }, kind: 'permanent', code: 'http-status' },
    { name: 'a redirect', answer: { status: 302, headers: { location: 'https://elsewhere.example' } }, kind: 'permanent', code: 'redirect' },
  ],
  deliveryIdOf: (request) => new URLSearchParams(request.body.toString()).get('StatusCallback')?.split('/').at(-1),
  badConfigurations: {
    'a token without its account': { accountSid: undefined },
    'an account without its token': { authToken: undefined },
    'a SID of something else': { accountSid: 'SK00000000000000000000000000000001' },
    'no sender': { from: undefined, messagingServiceSid: undefined },
    'two senders': { from: FROM, messagingServiceSid: 'MG1' },
    'a sender that is none': { from: 'somebody with a long name' },
    'no recipient': { to: undefined },
    'a recipient that is no number': { to: 'sales' },
    'several recipients': { to: [TO, FROM] },
    'a recipient with an extension': { to: '(512) 555-0142 x 44' },
    'a template that cannot be read': { text: 'New lead: {first_name' },
    'a text that is too long': { text: 'a'.repeat(1_601) },
    'a validity over ten hours': { validity: '11h' },
    'an address that is none': { baseUrl: 'twilio.example' },
  },
};

const common = { id: 'text', type: 'sms', accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, to: TO };

const fixtures: Record<string, ChannelFixture['document']> = {
  'from a number': (baseUrl) => ({ ...common, from: FROM, baseUrl }),
  'from a messaging service, with a text of its own': (baseUrl) => ({ ...common, messagingServiceSid: 'MG0001', text: '{first_name} {email}\n{campaign}', validity: '1h', baseUrl: `${baseUrl}/gateway` }),
};

describe.each(Object.entries(fixtures))('sms: %s', (_name, document) => {
  for (const { name, run } of conformanceCases({ ...shared, document })) it(name, run);
});
