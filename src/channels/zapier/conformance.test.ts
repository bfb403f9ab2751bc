import { describe, it } from 'vitest';
import { z } from 'zod';
import { bindChannel } from '../bind-channel.ts';
import { conformanceCases, HTTP_ERRORS, type ChannelFixture } from '../conformance.test-suite.ts';
import { zapierChannel } from './index.ts';

const HOOK = 'https://hooks.zapier.com/hooks/catch/1234567/made-up/';
const json = { 'content-type': 'application/json' };
const sent = z.object({ delivery_id: z.string() });

const shared: Omit<ChannelFixture, 'document' | 'secrets' | 'deliveryIdOf'> = {
  channel: bindChannel(zapierChannel),
  answers: {
    success: { status: 200, headers: json, body: '{"id":"7f1","request_id":"7f1","attempt":"7f1","status":"success"}' },
    refusal: { status: 413, body: 'Payload too large' },
  },
  errors: [
    ...HTTP_ERRORS,
    { name: 'a hook that is turned off', answer: { status: 404, body: 'please unsubscribe me!' }, kind: 'permanent', code: 'gone' },
    { name: 'a redirect', answer: { status: 301, headers: { location: 'https://elsewhere.example/' } }, kind: 'permanent', code: 'redirect' },
    { name: 'a success that is no answer of a hook', answer: { status: 200, body: '<html>Welcome</html>' }, kind: 'unknown', code: 'unreadable-answer' },
    { name: 'a 200 that says something else', answer: { status: 200, headers: json, body: '{"status":"error"}' }, kind: 'permanent', code: 'rule' },
  ],
  badConfigurations: {
    'no hook': { url: undefined },
    'a hook that is no address': { url: 'hooks.zapier.com/hooks/catch/1/a/' },
    'a hook made from the lead': { url: 'https://hooks.zapier.com/hooks/catch/1/{campaign}/' },
    'an unknown format': { format: 'xml' },
    'mappings that collide': { format: 'json', map: [{ to: 'lead', from: 'email' }, { to: 'lead.email', from: 'email' }] },
    'a base URL that is none': { baseUrl: 'hooks.zapier.com' },
  },
};

const inJson: ChannelFixture['deliveryIdOf'] = ({ body }) => sent.parse(JSON.parse(body.toString())).delivery_id;
const inForm: ChannelFixture['deliveryIdOf'] = ({ body }) => new URLSearchParams(body.toString()).get('delivery_id') ?? undefined;

const fixtures: Record<string, Pick<ChannelFixture, 'document' | 'secrets' | 'deliveryIdOf'>> = {
  'JSON': { document: (baseUrl) => ({ id: 'zap', type: 'zapier', url: HOOK, baseUrl }), secrets: [HOOK], deliveryIdOf: inJson },
  'a form': { document: (baseUrl) => ({ id: 'zap', type: 'zapier', url: HOOK, format: 'form', baseUrl }), secrets: [HOOK], deliveryIdOf: inForm },
  'a hook that is elsewhere': { document: (baseUrl) => ({ id: 'zap', type: 'zapier', url: `${baseUrl}/hooks/catch/1234567/made-up/` }), secrets: [], deliveryIdOf: inJson },
};

describe.each(Object.entries(fixtures))('zapier: %s', (_name, fixture) => {
  for (const { name, run } of conformanceCases({ ...shared, ...fixture })) it(name, run);
});
