import type { Sink } from '../sink/sink.ts';

export const SOURCE = 'bench';

/** A buyer with one webhook, which leads to the door of its name. */
export interface BenchBuyer {
  door: string;
  /** What is set other than the defaults: `timeout` of the destination, `trips` of the breaker. */
  timeout?: string;
  trips?: number;
}

/** Where leads of a campaign go: a delivery plan as a user writes it. */
export interface BenchRoute {
  campaign: string;
  deliver: unknown[];
}

/** A configuration as a user would write it, with the defaults where nothing is measured by changing them. */
export function configurationFor(sink: Sink, buyers: readonly BenchBuyer[], routes: readonly BenchRoute[]): unknown {
  return {
    sources: [{ id: SOURCE, fields: { phone: { type: 'phone', required: true }, email: { type: 'email' }, state: { type: 'state' } } }],
    buyers: buyers.map(({ door, timeout, trips }) => ({
      id: door,
      name: door,
      ...(trips === undefined ? {} : { breaker: { trips } }),
      destinations: [
        {
          id: 'api',
          type: 'webhook',
          url: sink.url(door),
          ...(timeout === undefined ? {} : { timeout }),
          map: [
            { to: 'lead_id', from: 'lead.id', required: true },
            { to: 'contact.first_name', from: 'first_name' },
            { to: 'contact.last_name', from: 'last_name' },
            { to: 'contact.phone', from: 'phone', format: '+1{value}' },
            { to: 'contact.email', from: 'email' },
            { to: 'state', from: 'state', transform: ['trim', 'uppercase'] },
            { to: 'comments', from: 'comments' },
          ],
        },
      ],
    })),
    routes: routes.map(({ campaign, deliver }) => ({ id: campaign, when: `lead.campaign == ${JSON.stringify(campaign)}`, deliver })),
  };
}
