import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DestinationCommon } from '../domain/config/destination.ts';
import type { AttemptOutcome, ErrorCode, ErrorKind } from '../domain/delivery/outcome.ts';
import type { Lead } from '../domain/fields/lead.ts';
import { readLead } from '../domain/fields/read-lead.ts';
import type { FieldDeclarations } from '../domain/fields/types.ts';
import { leadRedactions, maskLead, Redactions } from '../domain/masking/mask.ts';
import { closedPort } from '../egress/tcp-server.test-support.ts';
import { createHttpClient, type HttpClientOptions } from '../egress/undici-http-client.ts';
import type { BoundChannel } from './bind-channel.ts';
import type { RenderedRequest, SendResult } from './channel.ts';
import { maskRequest } from './masking.ts';
import { showResult } from './shown-result.ts';
import { startStandIn, type ReceivedRequest, type StandIn, type StandInAnswer } from './stand-in.test-support.ts';
import { BARE_INSTALLATION, type Installation } from './installation.ts';
import { noRows } from './no-rows.test-support.ts';
import type { TokenAccess } from './tokens/access.ts';
import { noTokens } from './tokens/no-tokens.test-support.ts';

/** What the suite has to know of a channel that speaks HTTP. */
export interface ChannelFixture {
  channel: BoundChannel;
  /** A good destination, as a person writes it, whose requests go to `baseUrl`; with the secrets of `secrets` in it, resolved. */
  document: (baseUrl: string) => Record<string, unknown>;
  secrets: string[];
  /** `refusal` is left out where the other side never judges a lead. */
  answers: { success: StandInAnswer; refusal?: StandInAnswer };
  /** What each of the other side's errors means. */
  errors: ErrorCase[];
  /** What the other side knows a repeated delivery by. */
  deliveryIdOf: (request: ReceivedRequest) => string | undefined;
  /** What the installation provides; nothing unless set. */
  installation?: Installation;
  /** Gives out the tokens that the channel asks for; none unless set. */
  tokens?: TokenAccess;
  /** Keys to change in the good document, each change a mistake that the schema or the check refuses. */
  badConfigurations: Record<string, Record<string, unknown>>;
}

export interface ErrorCase {
  name: string;
  answer: StandInAnswer;
  kind: ErrorKind;
  code: ErrorCode;
  retryAfterMs?: number;
}

/** One promise of every channel. `run` rejects when the channel breaks it. */
export interface ConformanceCase {
  name: string;
  run: () => Promise<void>;
}

/** The errors of a side that speaks plain HTTP. */
export const HTTP_ERRORS: ErrorCase[] = [
  { name: 'a failing system', answer: { status: 503 }, kind: 'transient', code: 'http-status' },
  { name: 'a failing system that says when to come back', answer: { status: 503, headers: { 'retry-after': '7' } }, kind: 'transient', code: 'http-status', retryAfterMs: 7_000 },
  { name: 'too many requests', answer: { status: 429, headers: { 'retry-after': '120' } }, kind: 'transient', code: 'rate-limited', retryAfterMs: 120_000 },
  { name: 'credentials gone', answer: { status: 401 }, kind: 'permanent', code: 'unauthorized' },
  { name: 'access refused', answer: { status: 403 }, kind: 'permanent', code: 'forbidden' },
  { name: 'nothing there', answer: { status: 404 }, kind: 'permanent', code: 'not-found' },
  { name: 'an endpoint that is gone', answer: { status: 410 }, kind: 'permanent', code: 'gone' },
];

const DELIVERY_ID = '00000000-0000-5000-8000-000000000001';
const SAMPLE_SSN = '900-55-0123';
const DECLARATIONS: FieldDeclarations = {
  first_name: { type: 'first_name', required: false },
  email: { type: 'email', required: false },
  phone: { type: 'phone', required: false },
  ssn: { type: 'ssn', required: false },
};

/** A made-up lead with a sensitive field and characters that need care. */
const LEAD: Lead = readLead(
  {
    id: 'lead-1',
    source: 'facebook',
    receivedAt: '2024-03-10T04:30:00.000Z',
    test: false,
    fields: { first_name: 'Zoë "Z" <O’Neil> & Söhne', email: 'zoe@example.com', phone: '(512) 555-0142', ssn: SAMPLE_SSN, campaign: 'spring/é' },
  },
  DECLARATIONS,
);

/** Every promise that a channel makes, as cases for a test runner: `for (const { name, run } of conformanceCases(fixture)) it(name, run)`. */
export function conformanceCases(fixture: ChannelFixture): ConformanceCase[] {
  return [...answerCases(fixture), ...faultCases(fixture), ...repetitionCases(fixture), ...evidenceCases(fixture), ...configurationCases(fixture)];
}

/** The promises of a channel that makes no request of its own: those that need nobody to answer. */
export function offlineConformanceCases(fixture: ChannelFixture): ConformanceCase[] {
  return [renderedAlike(fixture), credentialsApart(fixture), ...configurationCases(fixture)];
}

function answerCases(fixture: ChannelFixture): ConformanceCase[] {
  const { refusal } = fixture.answers;
  return [
    {
      name: 'success: the buyer took it, and the bytes rendered are the bytes sent',
      run: () =>
        withStandIn(fixture.answers.success, async (standIn) => {
          const { request, outcome, exchange } = await deliver(fixture, standIn.baseUrl);
          assert.equal(outcome.outcome, 'success');
          assert.equal(standIn.requests.length, 1);
          assert.deepEqual(standIn.requests[0]?.body, Buffer.from(request.body ?? []));
          assert.equal(exchange?.requestWritten, true);
          assert.equal(exchange.address, new URL(standIn.baseUrl).host);
        }),
    },
    ...(refusal === undefined ? [] : [refusalCase(fixture, refusal)]),
    ...fixture.errors.map((expected) => ({
      name: `error: ${expected.name} is ${expected.kind}`,
      run: () =>
        withStandIn(expected.answer, async (standIn) => {
          const { outcome } = await deliver(fixture, standIn.baseUrl);
          assertError(outcome, expected.kind, expected.code);
          if (expected.retryAfterMs !== undefined) assert.equal(outcome.outcome === 'error' && outcome.retryAfterMs, expected.retryAfterMs);
        }),
    })),
  ];
}

function refusalCase(fixture: ChannelFixture, refusal: StandInAnswer): ConformanceCase {
  return {
    name: 'refusal: a failure with a reason',
    run: () =>
      withStandIn(refusal, async (standIn) => {
        const { outcome } = await deliver(fixture, standIn.baseUrl);
        assert.equal(outcome.outcome, 'failure');
        assert.ok(outcome.reason.length > 0);
      }),
  };
}

function faultCases(fixture: ChannelFixture): ConformanceCase[] {
  const never = () => new Promise<never>(() => undefined);
  const unknownHost = () => Promise.reject(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }));
  const unwritten = (name: string, code: ErrorCode, kind: ErrorKind, baseUrl: () => Promise<string> | string, client: Partial<HttpClientOptions> = {}, timeout = '5s') => ({
    name: `nothing written: ${name} is ${kind}`,
    run: async () => {
      const { outcome, exchange } = await deliver(fixture, await baseUrl(), { client, timeout });
      assertError(outcome, kind, code);
      assert.equal(exchange?.requestWritten, false);
    },
  });
  const written = (name: string, answer: StandInAnswer, code: ErrorCode) => ({
    name: `written: ${name} is unknown, it may have arrived`,
    run: () =>
      withStandIn(answer, async (standIn) => {
        const { outcome, exchange } = await deliver(fixture, standIn.baseUrl, { timeout: '200ms' });
        assertError(outcome, 'unknown', code);
        assert.equal(exchange?.requestWritten, true);
        // Given up on our side: on a busy machine the other may still be reading it.
        for (let tries = 0; standIn.requests.length === 0 && tries < 500; tries++) await delay(10);
        assert.equal(standIn.requests.length, 1);
      }),
  });
  return [
    unwritten('a refused connection', 'connection', 'transient', async () => `http://127.0.0.1:${await closedPort()}`),
    unwritten('an unknown host', 'dns', 'transient', () => 'http://stand-in.example', { resolveHost: unknownHost }),
    unwritten('a timeout', 'timeout', 'transient', () => 'http://stand-in.example', { resolveHost: never }, '50ms'),
    unwritten('an address against the policy', 'address-refused', 'permanent', () => 'http://127.0.0.1:9', { allowedNetworks: [] }),
    written('a timeout', 'hang', 'timeout'),
    written('a broken connection', 'reset', 'connection'),
    {
      name: 'the worker letting go is an interruption, not the buyer’s fault',
      run: () =>
        withStandIn('hang', async (standIn) => {
          const { outcome } = await deliver(fixture, standIn.baseUrl, { signal: AbortSignal.timeout(100) });
          assertError(outcome, 'unknown', 'interrupted');
        }),
    },
  ];
}

function repetitionCases(fixture: ChannelFixture): ConformanceCase[] {
  return [
    renderedAlike(fixture),
    {
      name: 'a duplicate attempt sends the same bytes with the same id',
      run: () =>
        withStandIn({ status: 503 }, async (standIn) => {
          const first = await deliver(fixture, standIn.baseUrl);
          standIn.answer = fixture.answers.success;
          const second = await deliver(fixture, standIn.baseUrl, { request: first.request });
          assert.equal(second.outcome.outcome, 'success');
          const [one, two] = standIn.requests;
          assert.ok(one && two);
          assert.deepEqual([one.method, one.url, one.body], [two.method, two.url, two.body]);
          assert.equal(fixture.deliveryIdOf(one), DELIVERY_ID);
          assert.equal(fixture.deliveryIdOf(two), DELIVERY_ID);
        }),
    },
  ];
}

function renderedAlike(fixture: ChannelFixture): ConformanceCase {
  return {
    name: 'rendering twice gives the same request',
    run: () => {
      const { config } = read(fixture, 'http://stand-in.example');
      assert.deepEqual(render(fixture, config, LEAD), render(fixture, config, LEAD));
      return Promise.resolve();
    },
  };
}

function credentialsApart(fixture: ChannelFixture): ConformanceCase {
  return {
    name: 'credentials are no part of the rendered request, and the configuration says where they stand',
    run: () => {
      const { config, document } = read(fixture, 'http://stand-in.example');
      const paths = fixture.channel.credentialPaths(config);
      const found = paths.map((path) => path.reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === String(key))?.[1] : value), document));
      for (const value of found) assert.equal(typeof value, 'string', 'a credential path leads to a text of the document');
      const rendered = render(fixture, config, LEAD);
      const text = JSON.stringify([rendered.url, rendered.headers]) + Buffer.from(rendered.body ?? []).toString();
      for (const secret of fixture.secrets) {
        assert.ok(found.includes(secret), 'every secret of the fixture is named as a credential');
        assert.ok(!text.includes(secret), 'the rendered request holds a credential');
      }
      return Promise.resolve();
    },
  };
}

function evidenceCases(fixture: ChannelFixture): ConformanceCase[] {
  return [
    {
      name: 'evidence shows neither secrets nor sensitive values, also when the answer repeats the request',
      run: () =>
        withStandIn('echo', async (standIn) => {
          const delivered = await deliver(fixture, standIn.baseUrl);
          const { request, exchange, config } = delivered;
          assert.ok(exchange);
          const redactions = Redactions.of(fixture.secrets).with(leadRedactions(LEAD, DECLARATIONS));
          const shown = maskRequest(render(fixture, config, maskLead(LEAD, DECLARATIONS)), redactions);
          const { sent: evidence, ...rest } = showResult(delivered, { rendered: { request, masked: shown }, exchanges: [], redactions, isLookUp: false });
          assert.ok(evidence);
          const text = JSON.stringify([shown, evidence, rest]);
          for (const secret of [...fixture.secrets, ...fixture.secrets.map((plain) => Buffer.from(plain).toString('base64')), SAMPLE_SSN, SAMPLE_SSN.replaceAll('-', '')]) {
            assert.ok(!text.includes(secret), 'evidence holds a secret or a sensitive value');
          }
          assert.equal(evidence.bodySha256, request.body === null ? null : createHash('sha256').update(request.body).digest('hex'));
          assert.deepEqual(evidence.request.headers.map(([name]) => name), exchange.request.headers.map(([name]) => name));
          assert.ok(evidence.response?.body.includes('zoe@example.com') === true || evidence.response?.body.includes('zoe%40example.com') === true, 'what is not sensitive stays legible');
        }),
    },
    credentialsApart(fixture),
  ];
}

function configurationCases(fixture: ChannelFixture): ConformanceCase[] {
  const base = 'http://stand-in.example';
  const bad = { 'an unknown key': { no_such_key: 1 }, 'a bad id': { id: 'no spaces allowed' }, 'a bad duration': { timeout: 'soon' }, ...fixture.badConfigurations };
  return [
    {
      name: 'a good configuration has no errors, and its type',
      run: () => {
        const { config } = read(fixture, base);
        assert.equal(config.type, fixture.channel.type);
        assert.equal(config.timeoutMs, 10_000);
        assert.deepEqual(fixture.channel.check(config).filter(({ severity }) => severity === 'error'), []);
        return Promise.resolve();
      },
    },
    ...Object.entries(bad).map(([name, change]) => ({
      name: `a configuration is refused for ${name}`,
      run: () => {
        const parsed = fixture.channel.configSchema.safeParse({ ...fixture.document(base), ...change });
        const errors = parsed.success ? fixture.channel.check(parsed.data).filter(({ severity }) => severity === 'error') : parsed.error.issues;
        assert.ok(errors.length > 0);
        return Promise.resolve();
      },
    })),
  ];
}

interface Delivered extends SendResult {
  request: RenderedRequest;
  config: DestinationCommon;
}

interface DeliverOptions {
  client?: Partial<HttpClientOptions>;
  timeout?: string;
  signal?: AbortSignal;
  /** Bytes kept from an attempt before. */
  request?: RenderedRequest;
}

async function deliver(fixture: ChannelFixture, baseUrl: string, options: DeliverOptions = {}): Promise<Delivered> {
  const { config } = read(fixture, baseUrl, options.timeout === undefined ? {} : { timeout: options.timeout });
  const request = options.request ?? render(fixture, config, LEAD);
  const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'], ...options.client });
  const signal = options.signal ?? new AbortController().signal;
  const result = await fixture.channel.send({ config, request, deliveryId: DELIVERY_ID, http, installation: fixture.installation ?? BARE_INSTALLATION, tokens: fixture.tokens ?? noTokens, rows: noRows, signal, now: () => new Date() });
  // Not waited for: a name that never resolves would keep it open for ever.
  void http.close();
  return { ...result, request, config };
}

function read(fixture: ChannelFixture, baseUrl: string, change: Record<string, unknown> = {}): { config: DestinationCommon; document: Record<string, unknown> } {
  const document = { ...fixture.document(baseUrl), ...change };
  return { config: fixture.channel.configSchema.parse(document), document };
}

function render(fixture: ChannelFixture, config: DestinationCommon, lead: Lead): RenderedRequest {
  const rendered = fixture.channel.render({ config, lead, deliveryId: DELIVERY_ID }, fixture.installation ?? BARE_INSTALLATION);
  assert.ok(rendered.ok, 'the sample lead can be rendered');
  return rendered.request;
}

function assertError(outcome: AttemptOutcome, kind: ErrorKind, code: ErrorCode): void {
  assert.equal(outcome.outcome, 'error');
  assert.deepEqual({ kind: outcome.kind, code: outcome.code }, { kind, code });
  assert.ok(outcome.reason.length > 20, 'the reason says what to check');
}

async function withStandIn(answer: StandInAnswer, run: (standIn: StandIn) => Promise<void>): Promise<void> {
  const standIn = await startStandIn(answer);
  try {
    await run(standIn);
  } finally {
    await standIn.close();
  }
}
