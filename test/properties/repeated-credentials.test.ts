import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RenderedRequest } from '../../src/channels/channel.ts';
import { BARE_INSTALLATION } from '../../src/channels/installation.ts';
import { maskRequest } from '../../src/channels/masking.ts';
import { noRows } from '../../src/channels/no-rows.test-support.ts';
import { previewDelivery } from '../../src/channels/preview.ts';
import { boundChannelOf } from '../../src/channels/registry.ts';
import { givenTokens } from '../../src/channels/tokens/simple-tokens.test-support.ts';
import { sendPrepared } from '../../src/activities/deliver/send-prepared.ts';
import { leadOf } from '../../src/domain/mapping/lead-of.test-support.ts';
import { leadRedactions, maskLead, Redactions } from '../../src/domain/masking/mask.ts';
import type { FieldDeclarations } from '../../src/domain/fields/types.ts';
import type { HttpClient, HttpRequest } from '../../src/egress/http-client.ts';
import { clearTextsIn } from './clear-texts.ts';

/** A made-up secret of every kind of character; each place of a configuration has one of its own. */
const secretFor = (place: string) => `Pa55-${place}/w0rd+"é&<x>`;
const SSN = '219-09-9999';
const FIELDS = { first_name: 'Zoe', ssn: SSN, last_four: '9999-xyz' };
const DECLARATIONS: FieldDeclarations = { ssn: { type: 'ssn', required: false }, last_four: { type: 'string', required: false, sensitive: true } };
const HOOK = 'https://hooks.example/hooks/catch/7654321/Made-Up-Hook/?zap=s3cr3t-parameter';

/** Everything in a webhook's configuration that is a credential: the words of the configuration, and what must never be shown. */
const CREDENTIALS: Record<string, { words: Record<string, unknown>; secrets: string[]; shown?: string[] }> = {
  basic: { words: { auth: { type: 'basic', username: 'ada', password: secretFor('basic') } }, secrets: [secretFor('basic')] },
  bearer: { words: { auth: { type: 'bearer', token: 'b3arer-token-made-up-0123456789' } }, secrets: ['b3arer-token-made-up-0123456789'] },
  'a header': { words: { auth: { type: 'header', name: 'X-Api-Key', value: 'h3ader-key-made-up' } }, secrets: ['h3ader-key-made-up'] },
  'a parameter': { words: { auth: { type: 'query', name: 'key', value: secretFor('query') } }, secrets: [secretFor('query')] },
  'a header of its own': { words: { headers: { 'X-Partner-Token': 'p4rtner-token-made-up' } }, secrets: ['p4rtner-token-made-up'] },
  'a parameter of its own': { words: { query: { api_key: secretFor('own-query') } }, secrets: [secretFor('own-query')] },
  'a value of the mapping': { words: { map: [{ to: 'password', value: secretFor('map') }, { to: 'ssn', from: 'ssn' }] }, secrets: [secretFor('map')] },
  'the address as a whole': { words: { url: HOOK }, secrets: [HOOK], shown: ['/hooks/catch/7654321/Made-Up-Hook/?zap=s3cr3t-parameter', '/hooks/catch/7654321/Made-Up-Hook/', '7654321', 's3cr3t-parameter'] },
  'a token that is given out': { words: { auth: { type: 'oauth2', grant: 'client_credentials', tokenUrl: 'https://buyer.example/token', clientId: 'c', clientSecret: secretFor('client') } }, secrets: [secretFor('client')], shown: ['given-token-1'] },
};

const bytesOf = (text: string) => [...Buffer.from(text, 'utf8')];
const hex = (byte: number) => byte.toString(16).padStart(2, '0');
const ENCODINGS: Record<string, (text: string) => string> = {
  clear: (text) => text,
  'as base64': (text) => Buffer.from(text).toString('base64'),
  'as base64, one byte behind': (text) => Buffer.from(`u${text}v`).toString('base64'),
  'as base64, two bytes behind': (text) => Buffer.from(`me${text}`).toString('base64'),
  'as base64 for URLs': (text) => Buffer.from(`user:${text}`).toString('base64url'),
  'as base64 of JSON': (text) => Buffer.from(JSON.stringify({ said: text })).toString('base64'),
  'as base64 in lines': (text) => Buffer.from(`user:${text}`).toString('base64').replace(/(.{10})/g, '$1\n'),
  'in hex': (text) => Buffer.from(text).toString('hex'),
  'in capital hex with separators': (text) => bytesOf(text).map(hex).join('-').toUpperCase(),
  'percent-encoded': encodeURIComponent,
  'percent-encoded as a whole': (text) => bytesOf(text).map((byte) => `%${hex(byte)}`).join(''),
  'percent-encoded twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'as a form': (text) => new URLSearchParams({ v: text }).toString(),
  'in JSON': (text) => JSON.stringify(text),
  'in JSON as a whole': (text) => text.split('').map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  'in XML': (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
  'in references': (text) => Array.from(text, (character) => `&#${character.codePointAt(0)};`).join(''),
};

/** Where an answer says it, and what else belongs to the answer. */
const PLACES: Record<string, (said: string) => { status: number; headers: [string, string][]; body: string }> = {
  'a 400 of text': (said) => ({ status: 400, headers: [['content-type', 'text/plain']], body: `Bad credentials: ${said}` }),
  'a 404 page': (said) => ({ status: 404, headers: [['content-type', 'text/html']], body: `<html><body><pre>Cannot POST ${said}</pre></body></html>` }),
  'a reason and an id': (said) => ({ status: 422, headers: [['content-type', 'application/json']], body: JSON.stringify({ message: `no: ${said}`, id: said }) }),
  'an accepted lead’s id': (said) => ({ status: 200, headers: [['content-type', 'application/json']], body: JSON.stringify({ message: 'ok', id: said, lead: { echo: said } }) }),
  'a header, and its name': (said) => ({ status: 500, headers: [['x-echo', said], [`x-${said}`, '1'], ['content-type', 'application/xml']], body: `<error><message>${said}</message></error>` }),
  'bytes that are no text': (said) => ({ status: 400, headers: [], body: `\0${said}` }),
  'behind so much that it is cut': (said) => ({ status: 400, headers: [['content-type', 'text/plain']], body: `${'x'.repeat(270)} ${said}` }),
};

function destinationWith(words: Record<string, unknown>) {
  const response = { reason: 'message', recipientId: 'id', captures: { echo: 'lead.echo' } };
  return boundChannelOf('webhook').configSchema.parse({ id: 'api', type: 'webhook', url: 'https://buyer.example/in', response, ...words });
}

function answering({ status, headers, body }: ReturnType<(typeof PLACES)[string]>): HttpClient {
  return {
    exchange: (request: HttpRequest) =>
      Promise.resolve({ request, requestWritten: true, address: '192.0.2.1:443', timeToFirstByteMs: 1, result: { kind: 'response', status, headers, body: Buffer.from(body, 'utf8'), bodyTruncated: false } }),
    close: () => Promise.resolve(),
  };
}

const oneOf = <T>(entries: Record<string, T>) => fc.constantFrom(...Object.entries(entries).map(([name, value]) => ({ name, value })));
const notAsked = () => Promise.reject(new Error('not asked for'));
const noSuppressions = { find: () => Promise.resolve([]), add: notAsked, list: notAsked, release: notAsked };

describe('whatever a buyer repeats of a request', () => {
  it('shows no credential and no sensitive value in outcome, captures, notes, evidence or preview', async () => {
    await fc.assert(
      fc.asyncProperty(oneOf(CREDENTIALS), oneOf(ENCODINGS), oneOf(PLACES), async ({ value: { words, secrets, shown = [] } }, { value: encode }, { value: place }) => {
        const channel = boundChannelOf('webhook');
        const config = destinationWith(words);
        const lead = leadOf(FIELDS, { ssn: 'ssn' });
        const render = (of: typeof lead): RenderedRequest => {
          const rendered = channel.render({ config, lead: of, deliveryId: 'd-1' }, BARE_INSTALLATION);
          if (!rendered.ok) throw new Error(JSON.stringify(rendered.mistakes));
          return rendered.request;
        };
        const request = render(lead);
        const redactions = Redactions.of(secrets).with(leadRedactions(lead, DECLARATIONS));
        const kept = { configVersion: 1, ...request, masked: maskRequest(render(maskLead(lead, DECLARATIONS)), redactions) };
        const prepared = { ok: true as const, configVersion: 1, channel, destination: config, request, kept, redactions, notes: [] };
        for (const text of [...secrets, ...shown, SSN]) {
          const answer = place(encode(text));
          const world = { store: { suppressions: noSuppressions }, http: answering(answer), tokens: { of: () => givenTokens() }, rows: { of: () => noRows }, installation: BARE_INSTALLATION, clock: () => new Date(0) };
          const sent = await sendPrepared(world, { buyer: 'acme', destination: 'api', deliveryId: 'd-1' }, prepared, null, { signal: new AbortController().signal });
          expect(clearTextsIn(JSON.stringify(sent))).not.toContain(text);
          if (text === SSN) continue;
          const previewed = previewDelivery({ destination: config, secretValues: secrets, lead, deliveryId: 'd-1', answer: { ...answer, body: Buffer.from(answer.body), bodyTruncated: false }, installation: BARE_INSTALLATION, now: new Date(0) });
          if (text !== 'given-token-1') expect(clearTextsIn(JSON.stringify(previewed))).not.toContain(text);
        }
      }),
      { numRuns: 300 },
    );
  });
});
