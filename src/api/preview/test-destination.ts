import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { deliveryId } from '../../domain/delivery/id.ts';
import type { PlannedDelivery } from '../../domain/delivery/plan.ts';
import { sampleFields } from '../../domain/fields/sample.ts';
import { planDelivery } from '../../domain/routing/route.ts';
import { defineEndpoint, jsonBody, nothing } from '../http/endpoint.ts';
import { pollUntil } from '../http/poll.ts';
import { attemptSchema, attemptShape } from '../leads/attempt-shape.ts';
import { deliverySummary, deliverySummarySchema } from '../leads/delivery-shape.ts';
import { leadLinks } from '../leads/lead-shape.ts';
import { flatSample, sampleFieldsSchema, sampleSource } from './sample.ts';
import { destinationParams, savedDestination } from '../buyers/saved-destination.ts';

const testedSchema = z
  .object({
    lead: z.uuid(),
    delivery: deliverySummarySchema,
    attempt: attemptSchema.nullable().meta({ description: 'What was sent and answered; null when it was not sent within the destination’s timeout' }),
    links: z.object({ self: z.string(), temporal: z.string().nullable() }),
  })
  .meta({ id: 'DestinationTest' });

/** What a lead of a test comes from where no source is configured. */
const NO_SOURCE = 'test';
/** A test says what happened, at once: nothing is tried again. */
const ONCE: PlannedDelivery['retry'] = { kind: 'schedule', waitsMs: [], jitter: 0 };
/** Beyond the destination's timeout: until a worker has the lead, and until it is written down. */
const GRACE_MS = 10_000;

export const testDestination = defineEndpoint({
  method: 'post',
  path: '/v1/buyers/{id}/destinations/{destination}/test',
  access: 'admin',
  tag: 'Preview',
  summary: 'Send a test lead to a saved destination, and see the evidence',
  description:
    'Really sends, once, also to a draft and past a shut gate: to `testUrl` where the destination has one. The lead is marked as a test (`lead.test`), takes no route, and its end reaches no breaker, alert or dead letter. ' +
    'Without `lead` its fields are made up by the types of the source.',
  params: destinationParams,
  query: nothing,
  body: jsonBody(
    z.strictObject({
      source: z.string().min(1).optional().meta({ description: 'Whose field types the lead has; needed where there are several sources' }),
      lead: sampleFieldsSchema.optional(),
    }),
  ),
  answers: {
    200: { description: 'What was sent, and what came of it', schema: testedSchema },
    202: { description: 'It is on its way: look at the lead', schema: testedSchema },
  },
  handle: async ({ params, body, gone }, dependencies) => {
    const { store, configuration, engine, clock, leadStarter } = dependencies;
    const { buyer, destination, configVersion } = await savedDestination(params, configuration);
    const source = sampleSource(body.source, await configuration.current());
    // Asked first: a test that waits for Temporal shows nothing.
    await engine.ping();
    const now = clock();
    const id = uuidv7({ msecs: now.getTime() });
    const planned = { ...planDelivery(buyer, destination, deliveryId(id, buyer.id, destination.id)), required: true, retry: ONCE, releaseOnRecovery: false };
    const accepted = await store.leads.accept({
      id,
      source: source?.id ?? NO_SOURCE,
      test: true,
      receivedAt: now.toISOString(),
      fields: flatSample(body.lead ?? sampleFields(source?.fields ?? {})),
      plan: { route: null, configVersion, fanOut: [planned], chains: [] },
      notes: [],
      status: 'delivering',
      reason: null,
      idempotency: null,
    });
    if (accepted.result === 'conflict') throw new Error(`the new id ${id} is taken`);
    const { lead } = accepted;
    leadStarter.start({ leadId: id, source: lead.source, plan: lead.plan });
    const isSettled = await pollUntil(async () => (await store.leads.status(id)) !== 'delivering', { withinMs: destination.timeoutMs + GRACE_MS, signal: gone });
    const [delivery] = await store.deliveries.ofLead(id);
    if (!delivery) throw new Error(`the delivery of the test lead ${id} is not stored`);
    const attempt = (await store.attempts.ofDeliveries([delivery.id])).at(-1);
    const tested = { lead: id, delivery: deliverySummary(delivery), attempt: attempt ? attemptShape(attempt) : null, links: leadLinks(lead, dependencies) };
    return { status: isSettled ? 200 : 202, body: tested };
  },
});
