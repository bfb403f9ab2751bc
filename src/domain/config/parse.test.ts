import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { destinationShape, withCommonUnits } from './destination.ts';
import { parseConfig } from './parse.ts';
import type { Config } from './schema.ts';

const authSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('bearer'), token: z.string() }),
  z.strictObject({ type: z.literal('basic'), username: z.string(), password: z.string() }),
]);
const mappingSchema = z.union([z.literal('auto'), z.array(z.strictObject({ to: z.string(), from: z.string().optional() }))]);
const schemas = {
  webhook: z
    .strictObject({
      ...destinationShape,
      type: z.literal('webhook'),
      url: z.url(),
      method: z.enum(['POST', 'PUT']).default('POST'),
      auth: authSchema.optional(),
      map: mappingSchema.default('auto'),
      headers: z.record(z.string(), z.string()).default({}),
    })
    .transform(withCommonUnits),
  database: z.strictObject({ ...destinationShape, type: z.literal('database') }).transform(withCommonUnits),
};

const api = { id: 'api', type: 'webhook', url: 'https://acme.example/leads' };
const store = { id: 'store', type: 'database' };
const acme = { id: 'acme', destinations: [api, store] };
const withDestination = (extra: object) => ({ buyers: [{ id: 'acme', destinations: [store, { ...api, ...extra }] }] });
const withBuyer = (extra: object) => ({ buyers: [{ ...acme, ...extra }] });
const withRoutes = (...routes: object[]) => ({ buyers: [acme, { id: 'bravo', destinations: [store] }], routes });

function mistakesOf(document: unknown): unknown[] {
  const parsed = parseConfig(document, schemas);
  return parsed.ok ? [] : parsed.mistakes;
}

function configOf(document: unknown): Config {
  const parsed = parseConfig(document, schemas);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.mistakes));
  return parsed.config;
}

const there = '(buyer acme, destination api)';

describe('parseConfig: one mistake', () => {
  const cases: [name: string, document: unknown, path: string, message: string | RegExp, suggestion?: string][] = [
    ['nothing at all', null, '', /is empty/],
    ['a list', [], '', 'expected a mapping, got a list'],
    ['a section of the wrong shape', { buyers: { acme } }, 'buyers', 'expected a list, got a mapping'],
    ['an unknown section', { route: [] }, 'route', '`route` is not known here; did you mean `routes`?', 'routes'],
    ['an unknown key of a buyer', withBuyer({ hold_for: '1h' }), 'buyers[0].hold_for', '`hold_for` is not known here; did you mean `holdFor`? (buyer acme)', 'holdFor'],
    ['an unknown key far from any', withBuyer({ breaker: { zebra: 1 } }), 'buyers[0].breaker.zebra', '`zebra` is not known here; known are trips, cooldown, resume (buyer acme)'],
    ['no destinations', { buyers: [{ id: 'acme', destinations: [] }] }, 'buyers[0].destinations', 'needs at least 1 entry (buyer acme)'],
    ['missing destinations', { buyers: [{ id: 'acme' }] }, 'buyers[0].destinations', '`destinations` is missing (buyer acme)'],
    ['a bad id', { sources: [{ id: 'face book' }] }, 'sources[0].id', /^use letters, digits/],
    ['a bad duration', withBuyer({ holdFor: 'a day' }), 'buyers[0].holdFor', /is no duration; write 100ms/],
    ['a duration without unit', withBuyer({ holdFor: 24 }), 'buyers[0].holdFor', 'expected text, got a number (buyer acme)'],
    ['a duration of nothing', withBuyer({ breaker: { cooldown: '0s' } }), 'buyers[0].breaker.cooldown', /longer than nothing/],
    ['a word that is none', withBuyer({ whenPaused: 'holt' }), 'buyers[0].whenPaused', 'expected one of "hold", "skip"; did you mean "hold"? (buyer acme)', 'hold'],
    ['a feature to come: hours', withBuyer({ hours: {} }), 'buyers[0].hours', '`hours` is not available in this version yet (buyer acme)'],
    ['a feature to come: caps', withBuyer({ caps: [] }), 'buyers[0].caps', '`caps` is not available in this version yet (buyer acme)'],
    ['a type to come', withDestination({ type: 'batch' }), 'buyers[0].destinations[1].type', `\`batch\` is not available in this version yet ${there}`],
    ['an unknown type', withDestination({ type: 'webhok' }), 'buyers[0].destinations[1].type', `"webhok" is no destination type; did you mean \`webhook\`? ${there}`, 'webhook'],
    ['a missing type', withDestination({ type: undefined }), 'buyers[0].destinations[1].type', `\`type\` is missing; this version knows webhook, database ${there}`],
    ['a destination that is text', { buyers: [{ id: 'acme', destinations: ['api'] }] }, 'buyers[0].destinations[0]', 'expected a mapping with `id` and `type` (buyer acme)'],
    ['a bad address', withDestination({ url: 'acme' }), 'buyers[0].destinations[1].url', `is no valid url ${there}`],
    ['a missing address', withDestination({ url: undefined }), 'buyers[0].destinations[1].url', `\`url\` is missing ${there}`],
    ['an unknown key of a webhook', withDestination({ timout: '1s' }), 'buyers[0].destinations[1].timout', `\`timout\` is not known here; did you mean \`timeout\`? ${there}`, 'timeout'],
    ['an unknown key inside a union', withDestination({ retry: { attemps: 3 } }), 'buyers[0].destinations[1].retry.attemps', `\`attemps\` is not known here; did you mean \`attempts\`? ${there}`, 'attempts'],
    ['a bad value inside a union', withDestination({ retry: { schedule: ['5x'] } }), 'buyers[0].destinations[1].retry.schedule[0]', /is no duration/],
    ['keys of two alternatives', withDestination({ retry: { schedule: ['5m'], attempts: 3 } }), 'buyers[0].destinations[1].retry.attempts', /^`attempts` does not go together with the other keys here/],
    ['an unknown retry preset', withDestination({ retry: 'fsat' }), 'buyers[0].destinations[1].retry', new RegExp('^expected .*did you mean "fast"'), 'fast'],
    ['a bad entry in a mapping', withDestination({ map: [{ to: 'a' }, { form: 'b', to: 'c' }] }), 'buyers[0].destinations[1].map[1].form', `\`form\` is not known here; did you mean \`from\`? ${there}`, 'from'],
    ['a mapping that is neither', withDestination({ map: 7 }), 'buyers[0].destinations[1].map', `expected "auto" or a list ${there}`],
    ['a bad kind of credentials', withDestination({ auth: { type: 'baerer' } }), 'buyers[0].destinations[1].auth.type', new RegExp('^expected one of "bearer", "basic"; did you mean "bearer"'), 'bearer'],
    ['a key of another kind of credentials', withDestination({ auth: { type: 'bearer', token: 'x', usrname: 'y' } }), 'buyers[0].destinations[1].auth.usrname', `\`usrname\` is not known here; known are type, token ${there}`],
    ['an odd header key', withDestination({ headers: { 'X-Lead.Id': 1 } }), 'buyers[0].destinations[1].headers["X-Lead.Id"]', `expected text, got a number ${there}`],
    ['a broken reference', withDestination({ auth: { type: 'bearer', token: 'Bearer secret://x' } }), 'buyers[0].destinations[1].auth.token', /^a reference to a secret is the whole value/],
    ['a source id twice', { sources: [{ id: 'a' }, { id: 'b' }, { id: 'a' }] }, 'sources[2].id', /^another source has this id already \(entry 0 /],
    ['a buyer id twice', { buyers: [acme, acme] }, 'buyers[1].id', /^another buyer/],
    ['a destination id twice', { buyers: [{ id: 'acme', destinations: [api, api] }] }, 'buyers[0].destinations[1].id', /^another destination of this buyer/],
    ['a route id twice', withRoutes({ id: 'r', when: 'true', deliver: ['acme'] }, { id: 'r', deliver: ['acme'] }), 'routes[1].id', /^another route/],
    ['a bad field type', { sources: [{ id: 'a', fields: { phone: { type: 'phon' } } }] }, 'sources[0].fields.phone.type', /^use one of phone,.*did you mean "phone"/, 'phone'],
    ['a limit per day', { sources: [{ id: 'a', limit: { leads: 5, per: 'day' } }] }, 'sources[0].limit.per', 'expected one of "second", "minute", "hour" (source a)'],
    ['a limit of nothing', { sources: [{ id: 'a', limit: { leads: 0, per: 'hour' } }] }, 'sources[0].limit.leads', /./],
    ['a limit that is none', { sources: [{ id: 'a', limit: { leads: 10_001, per: 'second' } }] }, 'sources[0].limit.leads', 'at most 10000 leads a second can be told apart; write less, or leave the limit out (source a)'],
    ['a route to no buyer', withRoutes({ id: 'r', deliver: ['acne'] }), 'routes[0].deliver[0]', 'there is no buyer "acne"; did you mean "acme"? (route r)', 'acme'],
    ['a route to no buyer nearby', withRoutes({ id: 'r', deliver: ['zulu'] }), 'routes[0].deliver[0]', 'there is no buyer "zulu"; declare it under `buyers` (route r)'],
    ['a route to no destination', withRoutes({ id: 'r', deliver: [{ firstOf: ['bravo', 'acme/apo'] }] }), 'routes[0].deliver[0].firstOf[1]', 'buyer "acme" has no destination "apo"; did you mean "acme/api"? (route r)', 'acme/api'],
    ['a target of three parts', withRoutes({ id: 'r', deliver: ['acme/api/x'] }), 'routes[0].deliver[0]', 'write "buyer" or "buyer/destination" (route r)'],
    ['a route that delivers nothing', withRoutes({ id: 'r', deliver: [] }), 'routes[0].deliver', 'needs at least 1 entry (route r)'],
    ['a chain of nothing', withRoutes({ id: 'r', deliver: [{ firstOf: [] }] }), 'routes[0].deliver[0].firstOf', 'needs at least 1 entry (route r)'],
    ['an unknown key of a chain', withRoutes({ id: 'r', deliver: [{ firstOf: ['acme'], onUnknwon: 'next' }] }), 'routes[0].deliver[0].onUnknwon', /did you mean `onUnknown`/, 'onUnknown'],
    ['a destination twice, by its buyer', withRoutes({ id: 'r', deliver: ['acme', { firstOf: ['bravo', 'acme/store'] }] }), 'routes[0].deliver[1].firstOf[1]', /^acme\/store would get the same lead twice: "acme" in this route/],
    ['a destination twice, by name', withRoutes({ id: 'r', deliver: ['acme/api', 'acme/api'] }), 'routes[0].deliver[1]', /^acme\/api would get the same lead twice/],
    ['a condition that does not compile', withRoutes({ id: 'r', when: 'lead.state in [', deliver: ['acme'] }), 'routes[0].when', /^this condition cannot be read: /],
    ['a condition about something else', withRoutes({ id: 'r', when: 'response.status == 200', deliver: ['acme'] }), 'routes[0].when', /^this condition cannot be read: /],
  ];
  it.each(cases)('%s', (_name, document, path, message, suggestion) => {
    const text: unknown = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(mistakesOf(document)).toEqual([suggestion === undefined ? { path, message: text } : { path, message: text, suggestion }]);
  });

  it('refuses what nests without end', () => {
    const endless: unknown[] = [];
    endless.push(endless);
    expect(mistakesOf({ buyers: endless })).toEqual([{ path: '', message: expect.stringContaining('contains itself') as unknown }]);
  });
});

describe('parseConfig: several mistakes', () => {
  it('reports those of shape and of meaning together', () => {
    const document = {
      sources: [{ id: 'web', fields: { state: { type: 'stat' } } }],
      buyers: [
        { id: 'acme', nme: 'Acme', destinations: [{ id: 'api', type: 'webhook', url: 'nowhere', timeout: 'soon' }] },
        { id: 'acme', destinations: [store], caps: [] },
      ],
      routes: [
        { id: 'west', when: 'lead.state ==', deliver: ['bravo'] },
        { id: 'rest', delivr: [] },
      ],
    };
    const parsed = parseConfig(document, schemas);
    expect(parsed.ok ? [] : parsed.mistakes.map(({ path }) => path).sort()).toEqual([
      'buyers[0].destinations[0].timeout',
      'buyers[0].destinations[0].url',
      'buyers[0].nme',
      'buyers[1].caps',
      'buyers[1].id',
      'routes[0].deliver[0]',
      'routes[0].when',
      'routes[1].deliver',
      'routes[1].delivr',
      'sources[0].fields.state.type',
    ]);
  });

  it('runs the checks of a destination type although something else is wrong', () => {
    const checks = { webhook: () => [{ path: ['url'], message: 'not there', severity: 'error' as const }] };
    const parsed = parseConfig({ ...withDestination({}), rout: [] }, schemas, checks);
    expect(parsed.ok ? [] : parsed.mistakes.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'rout: `rout` is not known here; did you mean `routes`?',
      `buyers[0].destinations[1].url: not there ${there}`,
    ]);
  });
});

describe('parseConfig: warnings', () => {
  const warningsOf = (document: unknown, checks = {}) => {
    const parsed = parseConfig(document, schemas, checks);
    return parsed.ok ? parsed.warnings : parsed.mistakes.map(({ path }) => `error at ${path}`);
  };
  const sources = [{ id: 'web', fields: { state: { type: 'state' }, phone: { type: 'phone' }, 'contact.city': { type: 'string' } } }];

  it('tells of routes that can never match', () => {
    const document = withRoutes({ id: 'all', deliver: ['acme'] }, { id: 'late', deliver: ['bravo'] });
    expect(warningsOf(document)).toEqual([{ path: 'routes[1]', message: expect.stringMatching(/route all before it.*\(route late\)$/) as unknown }]);
  });

  const conditions: [condition: string, undeclared: string[]][] = [
    ['lead.state == "CA" && lead.contact.city == "x" && lead.parts.phone.area == "512"', []],
    ['lead.id == "1" || lead.source == "x" || lead.test || lead.received_at > "2"', []],
    ['lead.stat == "CA"', ['stat']],
    ['lead["zip"] == "1" || lead.fields.test == "x"', ['zip', 'test']],
    ['lead.state == "lead.nothing"', []],
    ['lead.state.startsWith("C")', []],
    ['lead.parts.fax.area == "512"', ['fax']],
  ];
  it.each(conditions)('tells of fields that no source declares: %s', (when, undeclared) => {
    const warnings = warningsOf({ sources, ...withRoutes({ id: 'r', when, deliver: ['acme'] }) });
    const message = (name: string): unknown => expect.stringContaining(`no source declares the field "${name}"`);
    expect(warnings).toEqual(undeclared.map((name) => expect.objectContaining({ path: 'routes[0].when', message: message(name) }) as unknown));
  });

  it('passes on what a destination type has to say', () => {
    const checks = { webhook: () => [{ path: ['url'], message: 'no encryption', severity: 'warning' as const }] };
    expect(warningsOf(withDestination({}), checks)).toEqual([{ path: 'buyers[0].destinations[1].url', message: `no encryption ${there}` }]);
  });
});

describe('parseConfig: what is right', () => {
  it.each([[{}], [{ sources: null, buyers: null, routes: null }], [{ sources: [], buyers: [] }]])('takes empty sections: %j', (document) => {
    expect(configOf(document)).toEqual({ sources: [], buyers: [], routes: [] });
  });

  it('takes a limit of a source, whose burst is as large as the limit unless set', () => {
    const limits = [{ leads: 100, per: 'minute' }, { leads: 5, per: 'second', burst: 50 }, undefined];
    const { sources } = configOf({ sources: limits.map((limit, index) => ({ id: `s${index}`, ...(limit === undefined ? {} : { limit }) })) });
    expect(sources.map(({ limit }) => limit)).toEqual([{ leads: 100, per: 'minute', burst: 100 }, { leads: 5, per: 'second', burst: 50 }, null]);
  });

  it('fills in every default, with units in the names', () => {
    const { buyers, routes } = configOf(withRoutes({ id: 'r', deliver: ['bravo', { firstOf: ['acme/api', 'acme/store'], failoverOn: ['error'] }] }));
    expect(buyers[1]).toEqual({
      id: 'bravo',
      name: 'bravo',
      breaker: { trips: 5, cooldownMs: 300_000, resume: 'auto' },
      whenPaused: 'hold',
      holdForMs: 86_400_000,
      releaseOnRecovery: true,
      destinations: [expect.objectContaining({ id: 'store', type: 'database', required: true, timeoutMs: 10_000 })],
    });
    expect(routes).toEqual([
      {
        id: 'r',
        when: null,
        deliver: [
          { kind: 'fan-out', target: { buyer: 'bravo', destination: null } },
          {
            kind: 'chain',
            firstOf: [
              { buyer: 'acme', destination: 'api' },
              { buyer: 'acme', destination: 'store' },
            ],
            onUnknown: 'next',
            failoverOn: ['error'],
            whenExhausted: 'hold',
          },
        ],
      },
    ]);
  });
});
