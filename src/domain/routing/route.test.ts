import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { destinationShape, withCommonUnits } from '../config/destination.ts';
import { parseConfig } from '../config/parse.ts';
import type { Config } from '../config/schema.ts';
import { deliveryId } from '../delivery/id.ts';
import { allDeliveries } from '../delivery/plan.ts';
import type { Lead } from '../fields/lead.ts';
import { findRoute, planLead, planRoute } from './route.ts';

const schemas = { database: z.strictObject({ ...destinationShape, type: z.literal('database') }).transform(withCommonUnits) };

function configWith(routes: object[]): Config {
  const destination = (id: string, extra: object = {}) => ({ id, type: 'database', ...extra });
  const parsed = parseConfig(
    {
      buyers: [
        { id: 'acme', whenPaused: 'skip', holdFor: '1h', destinations: [destination('api', { timeout: '2s', retry: 'patient' }), destination('inbox', { required: false })] },
        { id: 'bravo', destinations: [destination('api'), destination('inbox')] },
        { id: 'keep', destinations: [destination('store')] },
      ],
      routes,
    },
    schemas,
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.mistakes));
  return parsed.config;
}

function leadWith(fields: Record<string, string | number | null>): Lead {
  const typed = Object.entries(fields).map(([name, value]) => {
    return [name, { type: typeof value === 'number' ? 'number' : 'string', raw: value, valid: true, value, parts: {} }] as const;
  });
  return { id: 'lead-1', source: 'web', receivedAt: '2030-01-02T03:04:05.000Z', test: false, fields: new Map(typed) };
}

describe('the first matching route wins', () => {
  const west = { id: 'west', when: 'lead.state in ["CA", "T`${name} is a draft`"]', deliver: ['acme'] };
  const dear = { id: 'dear', when: 'lead.amount > 100', deliver: ['bravo'] };
  const web = { id: 'web', when: 'lead.source == "web"', deliver: ['keep'] };
  const rest = { id: 'rest', deliver: ['keep'] };
  const cases: [name: string, routes: object[], fields: Record<string, string | number>, route: string | null, notes: RegExp[]][] = [
    ['the one that matches', [west, dear, rest], { state: 'T`${name} is a draft`' }, 'west', []],
    ['not an earlier one that does not', [west, dear, rest], { state: 'NY', amount: 200 }, 'dear', []],
    ['the first of two that match', [west, dear], { state: 'CA', amount: 200 }, 'west', []],
    ['the one without a condition', [west, rest], { state: 'NY' }, 'rest', []],
    ['by what belongs to the lead itself', [web], {}, 'web', []],
    ['none', [west], { state: 'NY' }, null, []],
    ['none at all', [], { state: 'NY' }, null, []],
    ['a condition that cannot be evaluated is not met', [dear, rest], { amount: 'much' }, 'rest', [/^the condition of route dear could not be evaluated: /]],
    ['conditions after the match are not looked at', [rest, dear], { amount: 'much' }, 'rest', []],
  ];
  it.each(cases)('%s', (_name, routes, fields, route, notes) => {
    const planned = planLead(configWith(routes), 7, leadWith(fields));
    expect([planned.plan.route, planned.plan.configVersion]).toEqual([route, 7]);
    expect(planned.notes).toEqual(notes.map((note): unknown => expect.stringMatching(note)));
    expect(allDeliveries(planned.plan).length > 0).toBe(route !== null);
  });

  it('writes no value of the lead into a note', () => {
    const { notes } = findRoute(configWith([dear]), leadWith({ amount: 'sample-value' }));
    expect(notes).toHaveLength(1);
    expect(notes.join()).not.toContain('sample-value');
  });
});

describe('planRoute', () => {
  const config = configWith([{ id: 'all', deliver: ['acme', { firstOf: ['bravo/inbox', 'bravo/api', 'keep'], onUnknown: 'stop', failoverOn: ['error'], whenExhausted: 'deadLetter' }] }]);
  const [route] = config.routes;
  if (!route) throw new Error('the configuration lost its route');

  it('plans every destination of a buyer, single ones, and chains in order', () => {
    const plan = planRoute(config, 3, route, 'lead-1');
    expect(plan.fanOut).toEqual([
      {
        id: deliveryId('lead-1', 'acme', 'api'),
        buyer: 'acme',
        destination: 'api',
        type: 'database',
        required: true,
        timeoutMs: 2_000,
        retry: { kind: 'schedule', waitsMs: [300_000, 900_000, 3_600_000], jitter: 0.2 },
        whenPaused: 'skip',
        holdForMs: 3_600_000,
        releaseOnRecovery: true,
      },
      expect.objectContaining({ id: deliveryId('lead-1', 'acme', 'inbox'), required: false }),
    ]);
    expect(plan.chains).toEqual([expect.objectContaining({ onUnknown: 'stop', failoverOn: ['error'], whenExhausted: 'deadLetter' })]);
    const entries = plan.chains[0]?.entries.map((entry) => entry.deliveries.map(({ buyer, destination }) => `${buyer}/${destination}`));
    expect(entries).toEqual([['bravo/inbox'], ['bravo/api'], ['keep/store']]);
  });

  it('leaves drafts out, says so on the lead, and lets no chain stop at one', () => {
    const store = (extra: object) => ({ id: 'store', type: 'database', ...extra });
    const parsed = parseConfig(
      {
        buyers: [
          { id: 'acme', destinations: [{ id: 'api', type: 'database', draft: true }, store({})] },
          { id: 'bravo', destinations: [store({ draft: true })] },
          { id: 'keep', destinations: [store({})] },
          { id: 'later', destinations: [store({ draft: true })] },
        ],
        routes: [{ id: 'all', deliver: ['acme', { firstOf: ['bravo', 'keep'] }, { firstOf: ['later'] }] }],
      },
      schemas,
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.mistakes));
    const { plan, notes } = planLead(parsed.config, 1, leadWith({}));
    expect(plan.fanOut.map(({ destination }) => destination)).toEqual(['store']);
    expect(plan.chains.map(({ entries }) => entries.map(({ deliveries }) => deliveries.map(({ buyer }) => buyer)))).toEqual([[['keep']]]);
    expect(notes).toEqual(['acme/api', 'bravo/store', 'later/store'].map((name): unknown => expect.stringContaining(`${name} is a draft`)));
  });

  it('gives the same ids again, and others only where a delivery must count as new', () => {
    const first = allDeliveries(planRoute(config, 3, route, 'lead-1')).map(({ id }) => id);
    const second = allDeliveries(planRoute(config, 4, route, 'lead-1', (buyer) => (buyer === 'acme' ? 'redelivery-1' : ''))).map(({ id }) => id);
    expect(second.slice(2)).toEqual(first.slice(2));
    expect(second.slice(0, 2)).toEqual([deliveryId('lead-1', 'acme', 'api', 'redelivery-1'), deliveryId('lead-1', 'acme', 'inbox', 'redelivery-1')]);
  });
});
