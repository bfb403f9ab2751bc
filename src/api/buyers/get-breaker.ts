import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { breakerSchema, breakerShape } from './breaker-shape.ts';
import { buyerParams, findBuyer } from './find-buyer.ts';

export const getBreaker = defineEndpoint({
  method: 'get',
  path: '/v1/buyers/{id}/breaker',
  access: 'admin',
  tag: 'Buyers',
  summary: 'How a buyer’s breakers stand',
  params: buyerParams,
  query: nothing,
  body: noBody,
  answers: { 200: { description: 'The breaker', schema: breakerSchema } },
  handle: async ({ params }, dependencies) => {
    const buyer = await findBuyer(params.id, dependencies);
    return { status: 200, body: breakerShape(buyer, await dependencies.store.gates.get(buyer.id)) };
  },
});
