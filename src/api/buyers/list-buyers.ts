import { z } from 'zod';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { listSchema } from '../http/paging.ts';
import { breakerSchema, breakerShape } from './breaker-shape.ts';

const buyerSummarySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    destinations: z.array(z.object({ id: z.string(), type: z.string(), required: z.boolean() })),
    breaker: breakerSchema,
  })
  .meta({ id: 'BuyerSummary' });

export const listBuyers = defineEndpoint({
  method: 'get',
  path: '/v1/buyers',
  access: 'admin',
  tag: 'Buyers',
  summary: 'Every buyer of the configuration with its breaker, in one list',
  params: nothing,
  query: nothing,
  body: noBody,
  answers: { 200: { description: 'The buyers', schema: listSchema(buyerSummarySchema) } },
  handle: async (_, { configuration, store }) => {
    const [current, gates] = await Promise.all([configuration.current(), store.gates.all()]);
    const items = (current?.config.buyers ?? []).map((buyer) => ({
      id: buyer.id,
      name: buyer.name,
      destinations: buyer.destinations.map(({ id, type, required }) => ({ id, type, required })),
      breaker: breakerShape(buyer, gates.find((gate) => gate.buyer === buyer.id) ?? null),
    }));
    return { status: 200, body: { items, nextCursor: null } };
  },
});
