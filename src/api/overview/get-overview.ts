import { overviewPage, type Overview, type OverviewBuyer, type OverviewLead } from '../../dashboard/overview-page.ts';
import { StoreUnavailable } from '../../store/store.ts';
import { breakerShape } from '../buyers/breaker-shape.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { readReadiness } from '../health/readiness.ts';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { leadLinks } from '../leads/lead-shape.ts';

const LATEST_LEADS = 20;

/** Public, and therefore without fields, reasons or any other text that a person wrote. */
export const getOverview = defineEndpoint({
  method: 'get',
  path: '/',
  access: 'public',
  tag: 'Documentation',
  summary: 'The plain page: what runs, the latest leads, the buyers’ gates',
  params: nothing,
  query: nothing,
  body: noBody,
  answers: { 200: { description: 'A page', types: ['text/html'] } },
  handle: async (_, dependencies) => {
    const { store, temporal } = await readReadiness(dependencies);
    const known = store === 'ok' ? await readKnown(dependencies) : NOTHING_KNOWN;
    const page = overviewPage({ version: dependencies.settings.version, at: dependencies.clock().toISOString(), store, temporal, ...known });
    return { status: 200, type: 'text/html', body: page, headers: { 'cache-control': 'no-store' } };
  },
});

type Known = Pick<Overview, 'configVersion' | 'leads' | 'buyers'>;

const NOTHING_KNOWN: Known = { configVersion: null, leads: [], buyers: [] };

async function readKnown(dependencies: ApiDependencies): Promise<Known> {
  try {
    const current = await dependencies.configuration.current();
    const [leads, buyers] = await Promise.all([latestLeads(dependencies), buyersOf(dependencies)]);
    return { configVersion: current?.version ?? null, leads, buyers };
  } catch (error) {
    // It went away between two reads; the page says so when it loads itself again.
    if (error instanceof StoreUnavailable) return NOTHING_KNOWN;
    throw error;
  }
}

async function latestLeads(dependencies: ApiDependencies): Promise<OverviewLead[]> {
  const { items } = await dependencies.store.leads.search({}, LATEST_LEADS, null);
  return Promise.all(
    items.map(async (lead) => {
      const deliveries = await dependencies.store.deliveries.ofLead(lead.id);
      return {
        id: lead.id,
        source: lead.source,
        status: lead.status,
        test: lead.test,
        receivedAt: lead.receivedAt,
        deliveries: deliveries.map(({ planned, state }) => ({ name: `${planned.buyer}/${planned.destination}`, state })),
        temporalUrl: leadLinks(lead, dependencies).temporal,
      };
    }),
  );
}

async function buyersOf({ configuration, store }: ApiDependencies): Promise<OverviewBuyer[]> {
  const [current, gates] = await Promise.all([configuration.current(), store.gates.all()]);
  return (current?.config.buyers ?? []).map((buyer) => {
    const { state, since, destinations } = breakerShape(buyer, gates.find((gate) => gate.buyer === buyer.id) ?? null);
    return {
      id: buyer.id,
      state,
      since,
      destinations: Object.entries(destinations).map(([id, { state: own, errors, nextProbeAt }]) => ({ id, state: own, errors, nextProbeAt })),
    };
  });
}
