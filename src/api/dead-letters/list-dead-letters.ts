import { z } from 'zod';
import type { LeadRecord } from '../../store/records.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { listSchema, pagingShape } from '../http/paging.ts';
import { deliverySummary, deliverySummarySchema } from '../leads/delivery-shape.ts';
import { leadLinks, leadStatusSchema, type LinkSources } from '../leads/lead-shape.ts';
import { deadLetterPage, type DeadLetter, type DeadLetterLists } from './dead-letter-page.ts';

const kindSchema = z
  .enum(['refused', 'undeliverable', 'unknown', 'ours'])
  .meta({ description: 'Who has to act: the buyer refused it, nobody could be reached, it may have arrived, or it is ours to mend' });

const deadLetterSchema = z
  .object({
    kind: kindSchema,
    reason: z.string().nullable(),
    at: z.iso.datetime().meta({ description: 'When it ended; for a lead without a route, when it was received' }),
    delivery: deliverySummarySchema.nullable().meta({ description: 'Null for a lead that no route took' }),
    lead: z.object({
      id: z.uuid(),
      source: z.string(),
      status: leadStatusSchema,
      test: z.boolean(),
      receivedAt: z.iso.datetime(),
      links: z.object({ self: z.string(), temporal: z.string().nullable() }),
    }),
  })
  .meta({ id: 'DeadLetter' });

export const listDeadLetters = defineEndpoint({
  method: 'get',
  path: '/v1/dead-letters',
  access: 'admin',
  tag: 'Redelivery',
  summary: 'Deliveries that ended badly, and leads that no route took, newest first',
  params: nothing,
  query: z.strictObject({
    kind: kindSchema.optional(),
    buyer: z.string().min(1).optional(),
    destination: z.string().min(1).optional(),
    source: z.string().min(1).optional(),
    ...pagingShape,
  }),
  body: noBody,
  answers: { 200: { description: 'A page of dead letters', schema: listSchema(deadLetterSchema) } },
  handle: async ({ query }, dependencies) => {
    const { limit, cursor, ...filter } = query;
    const { deliveries, leads } = dependencies.store;
    const lists: DeadLetterLists = {
      deadLetters: (...list) => deliveries.deadLetters(...list),
      withoutRoute: (...list) => leads.withoutRoute(...list),
    };
    const page = await deadLetterPage(filter, limit, cursor ?? null, lists);
    const items = await Promise.all(page.items.map((item) => deadLetterShape(item, dependencies)));
    return { status: 200, body: { items: items.flat(), nextCursor: page.nextCursor } };
  },
});

/** A list of one; empty for a delivery whose lead was erased between two reads. */
async function deadLetterShape(item: DeadLetter, dependencies: ApiDependencies): Promise<z.input<typeof deadLetterSchema>[]> {
  if ('withoutRoute' in item) {
    const lead = item.withoutRoute;
    return [{ kind: 'ours', reason: lead.reason, at: lead.receivedAt, delivery: null, lead: leadShape(lead, dependencies) }];
  }
  const lead = await dependencies.store.leads.get(item.delivery.leadId);
  if (lead === null) return [];
  const delivery = deliverySummary(item.delivery);
  const at = item.delivery.settledAt ?? lead.receivedAt;
  return [{ kind: item.delivery.deadLetter ?? 'ours', reason: delivery.reason, at, delivery, lead: leadShape(lead, dependencies) }];
}

function leadShape(lead: LeadRecord, sources: LinkSources) {
  const { id, source, status, test, receivedAt } = lead;
  return { id, source, status, test, receivedAt, links: leadLinks(lead, sources) };
}
