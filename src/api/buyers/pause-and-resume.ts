import { z } from 'zod';
import type { BuyerConfig } from '../../domain/config/schema.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { defineEndpoint, jsonBody, nothing, type Answer } from '../http/endpoint.ts';
import { pollUntil } from '../http/poll.ts';
import { breakerSchema, breakerShape } from './breaker-shape.ts';
import { buyerParams, checkDestination, findBuyer } from './find-buyer.ts';

/** The entity publishes within milliseconds; an answer does not wait for a busy one any longer than this. */
const PUBLISHED_WITHIN_MS = 2_000;

const answers = {
  200: { description: 'In force: the breaker as it is published now', schema: breakerSchema },
  202: { description: 'Temporal has taken the signal and the buyer’s entity will act on it; the breaker as it still is', schema: breakerSchema },
};

const destinationSchema = z.string().min(1).optional().meta({ description: 'One destination; without it the whole buyer' });

export const pauseBuyer = defineEndpoint({
  method: 'post',
  path: '/v1/buyers/{id}/pause',
  access: 'admin',
  tag: 'Buyers',
  summary: 'Pause a buyer, or one of its destinations',
  description: 'A Temporal signal to the buyer’s entity workflow. 503 while Temporal is away.',
  params: buyerParams,
  query: nothing,
  body: jsonBody(z.strictObject({ reason: z.string().trim().min(1).max(500).optional(), destination: destinationSchema })),
  answers,
  handle: async ({ params, body, gone }, dependencies) => {
    const buyer = await findBuyer(params.id, dependencies);
    checkDestination(buyer, body.destination);
    return signalled(buyer, gone, dependencies, () => dependencies.engine.pauseBuyer(buyer.id, body));
  },
});

export const resumeBuyer = defineEndpoint({
  method: 'post',
  path: '/v1/buyers/{id}/resume',
  access: 'admin',
  tag: 'Buyers',
  summary: 'Resume a buyer, or one of its destinations',
  description: 'Lifts the pause and closes what errors had shut; what was held goes out, oldest first. 503 while Temporal is away.',
  params: buyerParams,
  query: nothing,
  body: jsonBody(z.strictObject({ destination: destinationSchema })),
  answers,
  handle: async ({ params, body, gone }, dependencies) => {
    const buyer = await findBuyer(params.id, dependencies);
    checkDestination(buyer, body.destination);
    return signalled(buyer, gone, dependencies, () => dependencies.engine.resumeBuyer(buyer.id, body));
  },
});

/** Sends a signal, then gives the entity a moment to publish: each signal raises the gate's version. */
async function signalled(buyer: BuyerConfig, gone: AbortSignal, { store }: ApiDependencies, signal: () => Promise<void>): Promise<Answer> {
  const before = (await store.gates.get(buyer.id))?.version ?? 0;
  await signal();
  let gate = await store.gates.get(buyer.id);
  const inForce = await pollUntil(
    async () => {
      gate = await store.gates.get(buyer.id);
      return (gate?.version ?? 0) > before;
    },
    { withinMs: PUBLISHED_WITHIN_MS, signal: gone },
  );
  return { status: inForce ? 200 : 202, body: breakerShape(buyer, gate) };
}
