import { z } from 'zod';
import { defineEndpoint, noBody } from '../http/endpoint.ts';
import { notFound, Problem } from '../http/problem.ts';
import { findBuyer } from './find-buyer.ts';
import { destinationParams } from './saved-destination.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = 366;

const deliveryRateSchema = z
  .object({
    buyer: z.string(),
    destination: z.string(),
    since: z.iso.datetime().meta({ description: 'Messages of leads received since then; test leads are left out' }),
    accepted: z.number().int().meta({ description: 'Taken by the provider: the sum of `delivered`, `bounced`, `failed` and `awaited`' }),
    delivered: z.number().int().meta({ description: 'The provider says that it reached the recipient' }),
    bounced: z.object({ hard: z.number().int(), soft: z.number().int() }).meta({ description: 'Emails that came back: `hard` for good, `soft` so that the next may arrive' }),
    failed: z.number().int().meta({ description: 'Lost after the provider took it, otherwise than by a bounce' }),
    awaited: z.number().int().meta({ description: 'The provider has not said yet what became of it, or never does' }),
    complained: z.number().int().meta({ description: 'The recipient called it spam; it is in `delivered` too' }),
    rate: z.number().nullable().meta({ description: 'The share of `delivered` among those whose end is known, 0 to 1; null where none is' }),
  })
  .meta({ id: 'DeliveryRate' });

export const getDeliveryRate = defineEndpoint({
  method: 'get',
  path: '/v1/buyers/{id}/destinations/{destination}/delivery-rate',
  access: 'admin',
  tag: 'Buyers',
  summary: 'How many messages of a destination arrive',
  description: 'For destinations of type `email` and `sms`, by what their providers tell later on (`/hooks/resend`, `/hooks/twilio`).',
  params: destinationParams,
  query: z.strictObject({ days: z.coerce.number().int().min(1).max(MOST_DAYS).default(30).meta({ description: `How far back, 1 to ${MOST_DAYS}` }) }),
  body: noBody,
  answers: { 200: { description: 'What became of its messages', schema: deliveryRateSchema } },
  handle: async ({ params, query }, dependencies) => {
    const { id: buyer, destinations } = await findBuyer(params.id, dependencies);
    const destination = destinations.find(({ id }) => id === params.destination);
    if (destination === undefined) throw notFound(`destination ${buyer}/${params.destination.slice(0, 60)} in the configuration`);
    if (destination.type !== 'email' && destination.type !== 'sms') throw new Problem(422, `${buyer}/${destination.id} is of type ${destination.type}: only of email and sms does a provider tell later on whether they arrived. Look at its attempts instead.`);
    const since = new Date(dependencies.clock().getTime() - query.days * DAY_MS).toISOString();
    const counts = await dependencies.store.news.counts(buyer, destination.id, since);
    const known = counts.accepted - counts.awaited;
    return { status: 200, body: { buyer, destination: destination.id, since, ...counts, rate: known === 0 ? null : counts.delivered / known } };
  },
});
