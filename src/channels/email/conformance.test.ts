import { describe, it } from 'vitest';
import { bindChannel } from '../bind-channel.ts';
import { conformanceCases, type ChannelFixture, type ErrorCase } from '../conformance.test-suite.ts';
import { emailChannel } from './index.ts';

const API_KEY = 're_made"up&<1>';

function errorOf(status: number, name: string, kind: ErrorCase['kind'], code: ErrorCase['code'], headers: Record<string, string> = {}): ErrorCase {
  const body = JSON.stringify({ statusCode: status, name, message: `made-up words for ${name}` });
  return { name: `${status} ${name}`, answer: { status, headers: { 'content-type': 'application/json', ...headers }, body }, kind, code };
}

const fixture: Omit<ChannelFixture, 'document'> = {
  channel: bindChannel(emailChannel),
  secrets: [API_KEY],
  answers: { success: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"id":"e-1"}' } },
  errors: [
    errorOf(400, 'invalid_idempotency_key', 'permanent', 'rule'),
    errorOf(401, 'missing_api_key', 'permanent', 'unauthorized'),
    errorOf(401, 'restricted_api_key', 'permanent', 'unauthorized'),
    errorOf(403, 'invalid_api_key', 'permanent', 'forbidden'),
    errorOf(403, 'validation_error', 'permanent', 'forbidden'),
    errorOf(404, 'not_found', 'permanent', 'not-found'),
    errorOf(405, 'method_not_allowed', 'permanent', 'http-status'),
    errorOf(409, 'invalid_idempotent_request', 'permanent', 'rule'),
    errorOf(409, 'concurrent_idempotent_requests', 'transient', 'http-status'),
    errorOf(422, 'validation_error', 'permanent', 'rule'),
    errorOf(422, 'invalid_from_address', 'permanent', 'rule'),
    errorOf(451, 'security_error', 'permanent', 'rule'),
    { ...errorOf(429, 'rate_limit_exceeded', 'transient', 'rate-limited', { 'retry-after': '3' }), retryAfterMs: 3_000 },
    { ...errorOf(429, 'rate_limit_exceeded', 'transient', 'rate-limited', { 'ratelimit-reset': '2' }), name: '429 that says only when its limit begins anew', retryAfterMs: 2_000 },
    errorOf(429, 'daily_quota_exceeded', 'transient', 'quota-exhausted'),
    errorOf(429, 'monthly_quota_exceeded', 'transient', 'quota-exhausted'),
    errorOf(500, 'application_error', 'transient', 'http-status'),
    { ...errorOf(503, 'internal_server_error', 'transient', 'http-status', { 'retry-after': '7' }), retryAfterMs: 7_000 },
    { name: 'a page of a proxy', answer: { status: 502, body: '<html>Bad gateway</html>' }, kind: 'transient', code: 'http-status' },
    { name: 'a redirect', answer: { status: 302, headers: { location: 'https://elsewhere.example/' } }, kind: 'permanent', code: 'redirect' },
    { name: 'a success that is no JSON', answer: { status: 200, body: 'OK' }, kind: 'unknown', code: 'unreadable-answer' },
    { name: 'a success without an id', answer: { status: 200, body: '{}' }, kind: 'unknown', code: 'unreadable-answer' },
  ],
  deliveryIdOf: (request) => request.headers['idempotency-key'],
  badConfigurations: {
    'no recipient': { to: [] },
    'a recipient that is no address': { to: ['sales'] },
    'two recipients in one text': { to: 'a@buyer.example, b@buyer.example' },
    'a sender that is no address': { from: 'Leads' },
    'too many recipients': { to: manyAddresses(26), cc: manyAddresses(25) },
    'a template that cannot be read': { subject: 'New lead: {first_name' },
    'a mapping without a source': { map: [{ to: 'phone' }] },
    'an unknown attachment': { attach: 'pdf' },
    'a base URL that is none': { baseUrl: 'api.resend.com' },
  },
};

const documents: Record<string, Record<string, unknown>> = {
  'the default template': {},
  'templates of its own and an attachment': {
    to: ['Sales <sales@buyer.example>', '{branch_email}'],
    cc: 'boss@buyer.example',
    bcc: ['log@buyer.example'],
    replyTo: '{first_name} <{email}>',
    subject: '{first_name} from {campaign}',
    html: '<p>{first_name} {email}</p>',
    text: '{first_name} {email}',
    attach: 'csv',
    map: [{ to: 'Name', from: 'first_name' }, { to: 'ssn', from: 'ssn' }],
  },
};

describe.each(Object.entries(documents))('email: %s', (_name, words) => {
  const document = (baseUrl: string) => ({ id: 'inbox', type: 'email', from: 'Leads <leads@sender.example>', to: 'sales@buyer.example', apiKey: API_KEY, baseUrl, ...words });
  for (const { name, run } of conformanceCases({ ...fixture, document })) it(name, run);
});

function manyAddresses(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `sales${index}@buyer.example`);
}
