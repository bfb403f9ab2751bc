import { describe, it } from 'vitest';
import { bindChannel } from '../bind-channel.ts';
import { conformanceCases, HTTP_ERRORS, type ChannelFixture } from '../conformance.test-suite.ts';
import { webhookChannel } from './index.ts';

const channel = bindChannel(webhookChannel);

const shared: Omit<ChannelFixture, 'document' | 'secrets'> = {
  channel,
  answers: {
    success: { status: 201, headers: { 'content-type': 'application/json' }, body: '{"lead_id":"b-17"}' },
    refusal: { status: 422, headers: { 'content-type': 'application/json' }, body: '{"message":"duplicate"}' },
  },
  errors: HTTP_ERRORS,
  deliveryIdOf: (request) => request.headers['idempotency-key'],
  badConfigurations: {
    'a URL without http': { url: 'buyer.example/leads' },
    'a host made from the lead': { url: 'https://{state}.buyer.example/' },
    'credentials in the URL': { url: 'https://me:secret@buyer.example/' },
    'an unknown method': { method: 'BREW' },
    'an unknown format': { format: 'yaml' },
    'a template that cannot be read': { headers: { 'X-Name': '{first_name' } },
    'mappings that collide': { format: 'json', map: [{ to: 'lead', from: 'email' }, { to: 'lead.email', from: 'email' }] },
    'a response condition that cannot be read': { response: { rules: [{ when: 'response.status ==', outcome: 'success' }] } },
    'a header that rules the connection': { headers: { 'Transfer-Encoding': 'chunked' } },
    'authentication of another kind': { auth: { type: 'bearer', username: 'me' } },
    'wrap around a form': { format: 'form', wrap: { parameter: 'xml' } },
    'a feature of a later version': { oauth2: {} },
  },
};

const TOKEN = 'tok-"made&up<1>';
const SIGNING = 'whsec_bWFkZSB1cCBzaWduaW5nIGtleSE=';

const fixtures: Record<string, Pick<ChannelFixture, 'document' | 'secrets'>> = {
  'JSON with a bearer token and a signature': {
    document: (url) => ({ id: 'api', type: 'webhook', url: `${url}/leads`, auth: { type: 'bearer', token: TOKEN }, sign: SIGNING }),
    secrets: [TOKEN, SIGNING],
  },
  'XML with basic authentication': {
    document: (url) => ({ id: 'api', type: 'webhook', url, format: 'xml', method: 'PUT', auth: { type: 'basic', username: 'leadrail', password: TOKEN } }),
    secrets: [TOKEN],
  },
  'a form with a key in a header': {
    document: (url) => ({ id: 'api', type: 'webhook', url, format: 'form', auth: { type: 'header', name: 'X-Partner', value: TOKEN } }),
    secrets: [TOKEN],
  },
  'a query with a key in the query': {
    document: (url) => ({ id: 'api', type: 'webhook', url: `${url}/in?v=2`, method: 'GET', auth: { type: 'query', name: 'partner', value: TOKEN } }),
    secrets: [TOKEN],
  },
  'XML wrapped in a form, Latin-1': {
    document: (url) => ({ id: 'api', type: 'webhook', url: `${url}/{campaign}`, format: 'xml', charset: 'latin-1', wrap: { parameter: 'xml', extra: { campaign: '{campaign}' } } }),
    secrets: [],
  },
};

describe.each(Object.entries(fixtures))('webhook: %s', (_name, fixture) => {
  for (const { name, run } of conformanceCases({ ...shared, ...fixture })) it(name, run);
});
