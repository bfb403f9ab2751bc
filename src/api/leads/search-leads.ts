import { z } from 'zod';
import type { LeadFilter } from '../../store/store.ts';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { listSchema, pagingShape } from '../http/paging.ts';
import { deliverySummary } from './delivery-shape.ts';
import { leadShape, leadStatusSchema, leadSummarySchema } from './lead-shape.ts';

const instantSchema = z
  .string()
  .transform((text, context) => {
    const at = /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(text) ? Date.parse(text) : Number.NaN;
    if (!Number.isNaN(at)) return new Date(at).toISOString();
    context.addIssue({ code: 'custom', message: 'is no time; write it as 2025-01-31 or 2025-01-31T08:00:00Z' });
    return z.NEVER;
  })
  .meta({ description: 'ISO 8601, e.g. 2025-01-31T08:00:00Z' });

const testFlag = z.enum(['true', 'false']).transform((text) => text === 'true');

const FIELD_PREFIX = 'field.';

const searchQuery = z
  .object({
    status: leadStatusSchema.optional(),
    buyer: z.string().min(1).optional(),
    source: z.string().min(1).optional(),
    from: instantSchema.optional().meta({ description: 'Received then or later' }),
    to: instantSchema.optional().meta({ description: 'Received before' }),
    test: testFlag.optional().meta({ description: 'Only test leads, or none of them' }),
    ...pagingShape,
  })
  .catchall(z.string())
  .superRefine((query, context) => {
    const others = Object.keys(query).filter((name) => !(name in searchQueryNames));
    const fields = others.filter((name) => name.startsWith(FIELD_PREFIX) && name.length > FIELD_PREFIX.length);
    const keys = others.filter((name) => !fields.includes(name));
    if (keys.length > 0) context.addIssue({ code: 'unrecognized_keys', keys, input: query });
    for (const name of fields.slice(1)) context.addIssue({ code: 'custom', path: [name], message: 'search by one field at a time' });
  })
  .meta({ description: '`field.<name>=<value>` searches by one field’s exact value' });

const searchQueryNames = { status: 0, buyer: 0, source: 0, from: 0, to: 0, test: 0, limit: 0, cursor: 0 };

export const searchLeads = defineEndpoint({
  method: 'get',
  path: '/v1/leads',
  access: 'admin',
  tag: 'Leads',
  summary: 'Search leads, newest first',
  description: 'Filters add up. `field.<name>=<value>` finds the leads with exactly that value, e.g. `?field.email=ann@example.com`.',
  params: nothing,
  query: searchQuery,
  body: noBody,
  answers: { 200: { description: 'A page of leads; their deliveries come without attempts', schema: listSchema(leadSummarySchema) } },
  handle: async ({ query }, dependencies) => {
    const { store } = dependencies;
    const page = await store.leads.search(filterOf(query), query.limit, query.cursor ?? null);
    const items = await Promise.all(
      page.items.map(async (lead) => {
        const deliveries = await store.deliveries.ofLead(lead.id);
        return leadShape(lead, deliveries.map(deliverySummary), dependencies);
      }),
    );
    return { status: 200, body: { items, nextCursor: page.nextCursor } };
  },
});

function filterOf(query: z.output<typeof searchQuery>): LeadFilter {
  const field = Object.entries(query).find(([name]) => name.startsWith(FIELD_PREFIX));
  return {
    ...(query.status === undefined ? {} : { status: query.status }),
    ...(query.buyer === undefined ? {} : { buyer: query.buyer }),
    ...(query.source === undefined ? {} : { source: query.source }),
    ...(query.from === undefined ? {} : { receivedFrom: query.from }),
    ...(query.to === undefined ? {} : { receivedTo: query.to }),
    ...(query.test === undefined ? {} : { test: query.test }),
    ...(field === undefined ? {} : { field: { name: field[0].slice(FIELD_PREFIX.length), value: String(field[1]) } }),
  };
}
