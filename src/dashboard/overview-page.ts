import { escapeHtml, htmlPage } from './html.ts';

/** What the plain page shows: ids, states and times; nothing of a person, and no text that people wrote. */
export interface Overview {
  version: string;
  /** ISO 8601. */
  at: string;
  store: 'ok' | 'away';
  temporal: 'ok' | 'away';
  configVersion: number | null;
  leads: OverviewLead[];
  buyers: OverviewBuyer[];
}

export interface OverviewLead {
  id: string;
  source: string;
  status: string;
  test: boolean;
  receivedAt: string;
  deliveries: { name: string; state: string }[];
  temporalUrl: string | null;
}

export interface OverviewBuyer {
  id: string;
  state: string;
  since: string | null;
  destinations: { id: string; state: string; errors: number; nextProbeAt: string | null }[];
}

const REFRESH_AFTER_SECONDS = 5;
const GOOD: ReadonlySet<string> = new Set(['delivered', 'closed', 'ok']);
const BAD: ReadonlySet<string> = new Set(['undelivered', 'rejected', 'failed', 'unknown', 'open', 'away', 'discarded']);

/** The page at `/`: what runs, the latest leads, the buyers' gates. Loads itself again every five seconds. */
export function overviewPage(overview: Overview): string {
  const body = `<h1>Leadrail <span class="soft">${escapeHtml(overview.version)}</span></h1>
<nav><a href="/docs">API</a><a href="/openapi.json">OpenAPI</a><a href="/readyz">Readiness</a></nav>
<h2>What runs</h2>
<table><tr><th>Database</th><td>${state(overview.store)}</td></tr><tr><th>Temporal</th><td>${state(overview.temporal)}</td></tr>
<tr><th>Configuration</th><td>${overview.configVersion === null ? 'none applied yet' : `version ${overview.configVersion}`}</td></tr></table>
<h2>Buyers</h2>
${overview.buyers.length === 0 ? '<p class="soft">None yet.</p>' : buyersTable(overview.buyers)}
<h2>Latest leads</h2>
${overview.leads.length === 0 ? '<p class="soft">None yet.</p>' : leadsTable(overview.leads)}
<p class="soft">As of ${time(overview.at)}. Fields and evidence are behind <code>GET /v1/leads/{id}</code>, with the admin key.</p>`;
  return htmlPage({ title: 'Leadrail', body, refreshAfterSeconds: REFRESH_AFTER_SECONDS });
}

function buyersTable(buyers: OverviewBuyer[]): string {
  const rows = buyers.map(({ id, state: overall, since, destinations }) => {
    const parts = destinations.map((destination) => {
      const errors = destination.errors > 0 ? ` <span class="soft">${destination.errors} errors</span>` : '';
      const probe = destination.nextProbeAt === null ? '' : ` <span class="soft">next probe ${time(destination.nextProbeAt)}</span>`;
      return `${escapeHtml(destination.id)} ${state(destination.state)}${errors}${probe}`;
    });
    return `<tr><td>${escapeHtml(id)}</td><td>${state(overall)}</td><td>${since === null ? '' : time(since)}</td><td>${parts.join('<br>')}</td></tr>`;
  });
  return `<table><tr><th>Buyer</th><th>Breaker</th><th>Since</th><th>Destinations</th></tr>${rows.join('')}</table>`;
}

function leadsTable(leads: OverviewLead[]): string {
  const rows = leads.map((lead) => {
    const id = `<code>${escapeHtml(lead.id)}</code>`;
    const linked = lead.temporalUrl === null ? id : `<a href="${escapeHtml(lead.temporalUrl)}">${id}</a>`;
    const deliveries = lead.deliveries.map((delivery) => `${escapeHtml(delivery.name)} ${state(delivery.state)}`).join('<br>');
    const test = lead.test ? ' <span class="soft">test</span>' : '';
    return `<tr><td>${linked}${test}</td><td>${escapeHtml(lead.source)}</td><td>${time(lead.receivedAt)}</td><td>${state(lead.status)}</td><td>${deliveries}</td></tr>`;
  });
  return `<table><tr><th>Lead</th><th>Source</th><th>Received</th><th>Status</th><th>Deliveries</th></tr>${rows.join('')}</table>`;
}

function state(text: string): string {
  const colour = GOOD.has(text) ? 'good' : BAD.has(text) ? 'bad' : 'wait';
  return `<span class="state ${colour}">${escapeHtml(text)}</span>`;
}

function time(iso: string): string {
  return `<time datetime="${escapeHtml(iso)}">${escapeHtml(iso.slice(0, 19).replace('T', ' '))}</time>`;
}
