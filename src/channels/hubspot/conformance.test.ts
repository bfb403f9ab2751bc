import { describe, it } from 'vitest';
import { z } from 'zod';
import { bindChannel } from '../bind-channel.ts';
import { conformanceCases, HTTP_ERRORS, type ChannelFixture, type ErrorCase } from '../conformance.test-suite.ts';
import type { StandInAnswer } from '../stand-in.test-support.ts';
import { givenTokens } from '../tokens/simple-tokens.test-support.ts';
import { hubspotChannel } from './index.ts';

function json(status: number, body: unknown, headers: Record<string, string> = {}): StandInAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function errorOf(name: string, answer: StandInAnswer, kind: ErrorCase['kind'], code: ErrorCase['code'], retryAfterMs?: number): ErrorCase {
  return { name, answer, kind, code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

const limited = (policyName: string, headers?: Record<string, string>) => json(429, { status: 'error', message: 'You have reached your limit.', errorType: 'RATE_LIMIT', policyName }, headers);
const invalid = (...codes: string[]) => json(400, { status: 'error', category: 'VALIDATION_ERROR', message: 'Property values were not valid', errors: codes.map((code) => ({ code, message: code, context: { propertyName: ['x'] } })) });

const errors: ErrorCase[] = [
  ...HTTP_ERRORS,
  errorOf('a property that is not there', invalid('PROPERTY_DOESNT_EXIST'), 'permanent', 'rule'),
  errorOf('a wrong value', invalid('INVALID_EMAIL'), 'permanent', 'invalid-data'),
  errorOf('one wrong value and one property that is not there', invalid('INVALID_EMAIL', 'PROPERTY_DOESNT_EXIST'), 'permanent', 'rule'),
  errorOf('a validation error without codes', json(400, { status: 'error', category: 'VALIDATION_ERROR', message: 'Invalid input JSON on line 1' }), 'permanent', 'rule'),
  errorOf('a conflict that names no contact', json(409, { status: 'error', category: 'CONFLICT', message: 'Contact already exists.' }), 'permanent', 'rule'),
  errorOf('scopes missing', json(403, { status: 'error', category: 'MISSING_SCOPES', message: 'This app hasn’t been granted all required scopes' }), 'permanent', 'forbidden'),
  errorOf('a lock', json(423, {}), 'transient', 'http-status', 2_000),
  errorOf('the ten-second limit', limited('TEN_SECONDLY_ROLLING'), 'transient', 'rate-limited', 10_000),
  errorOf('the one-second limit', limited('SECONDLY'), 'transient', 'rate-limited', 1_000),
  errorOf('a limit that says when to come back', limited('TEN_SECONDLY_ROLLING', { 'retry-after': '3' }), 'transient', 'rate-limited', 3_000),
  errorOf('the daily limit', limited('DAILY'), 'transient', 'quota-exhausted'),
  errorOf('an account on the move', json(477, {}, { 'retry-after': '900' }), 'transient', 'http-status', 900_000),
  ...[500, 502, 504, 521, 522, 523, 524].map((status) => errorOf(`HTTP ${status}`, { status, body: '<html>Web server is down</html>' }, 'transient', 'http-status')),
  errorOf('a redirect', { status: 302, headers: { location: 'https://elsewhere.example/' } }, 'permanent', 'redirect'),
  errorOf('a success that is no contact', { status: 200, body: 'OK' }, 'unknown', 'unreadable-answer'),
];

const sent = z.object({ properties: z.object({ leadrail_delivery_id: z.string() }) });
const map = [
  { to: 'leadrail_delivery_id', from: 'delivery.id' },
  { to: 'ssn', from: 'ssn' },
];

const shared: Omit<ChannelFixture, 'document' | 'secrets'> = {
  channel: bindChannel(hubspotChannel),
  answers: { success: json(201, { id: '512', properties: {} }) },
  errors,
  deliveryIdOf: ({ body }) => sent.parse(JSON.parse(body.toString())).properties.leadrail_delivery_id,
  tokens: givenTokens(),
  badConfigurations: {
    'no credential': { accessToken: undefined, clientId: undefined, clientSecret: undefined, refreshToken: undefined },
    'two kinds of credentials': { accessToken: 'a', clientId: 'b', clientSecret: 'c', refreshToken: 'd' },
    'half an app': { accessToken: undefined, clientSecret: undefined, clientId: 'app-1' },
    'an empty token': { accessToken: '' },
    'a property in upper case': { map: [{ to: 'Email', from: 'email' }] },
    'a property with blanks': { map: [{ to: 'first name', from: 'first_name' }] },
    'a mapping without a source': { map: [{ to: 'phone' }] },
    'an unknown way with duplicates': { onDuplicate: 'ignore' },
    'an account that is no number': { portalId: 'acme' },
    'a base URL that is none': { baseUrl: 'api.hubapi.com' },
  },
};

const TOKEN = 'pat-na1-"made&up<1>';
const SECRETS = ['app-secret-"made&up<2>', 'refresh-"made&up<3>'] as const;

const fixtures: Record<string, Pick<ChannelFixture, 'document' | 'secrets'>> = {
  'a private app': { document: (baseUrl) => ({ id: 'crm', type: 'hubspot', accessToken: TOKEN, map, baseUrl }), secrets: [TOKEN] },
  'an app with OAuth': { document: (baseUrl) => ({ id: 'crm', type: 'hubspot', clientId: 'app-1', clientSecret: SECRETS[0], refreshToken: SECRETS[1], map, baseUrl }), secrets: [...SECRETS] },
};

describe.each(Object.entries(fixtures))('hubspot: %s', (_name, fixture) => {
  for (const { name, run } of conformanceCases({ ...shared, ...fixture })) it(name, run);
});
