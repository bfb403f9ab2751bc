import { z } from 'zod';
import type { SuppressionRecord } from '../../store/records.ts';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { listSchema, mapPage, pagingShape } from '../http/paging.ts';
import { notFound } from '../http/problem.ts';

const suppressionSchema = z
  .object({
    id: z.string(),
    address: z.string().meta({ description: 'An email address, or a number' }),
    cause: z.enum(['bounced', 'complained', 'opted-out']).meta({ description: '`bounced`: it takes no mail; `complained`: its owner called an email spam; `opted-out`: its owner answered STOP to a text message' }),
    buyer: z.string(),
    destination: z.string(),
    delivery: z.string().meta({ description: 'The delivery by which it came to light' }),
    since: z.iso.datetime(),
  })
  .meta({ id: 'Suppression' });

export const listSuppressions = defineEndpoint({
  method: 'get',
  path: '/v1/suppressions',
  access: 'admin',
  tag: 'Suppressions',
  summary: 'Addresses and numbers that nothing is sent to any more, newest first',
  params: nothing,
  query: z.strictObject(pagingShape),
  body: noBody,
  answers: { 200: { description: 'A page of suppressed addresses and numbers', schema: listSchema(suppressionSchema) } },
  handle: async ({ query }, { store }) => {
    const page = await store.suppressions.list(query.limit, query.cursor ?? null);
    return { status: 200, body: mapPage(page, suppressionShape), headers: { 'cache-control': 'no-store' } };
  },
});

export const deleteSuppression = defineEndpoint({
  method: 'delete',
  path: '/v1/suppressions/{id}',
  access: 'admin',
  tag: 'Suppressions',
  summary: 'Release an address: it is sent to again',
  description: 'Deliveries that failed meanwhile stay as they are; redeliver them. Resend keeps a list of its own: take the address off it there too. Twilio lets a number that opted out be texted again only once its owner has answered START.',
  params: z.object({ id: z.string().meta({ description: 'Id of the suppression' }) }),
  query: nothing,
  body: noBody,
  answers: { 204: { description: 'Released' } },
  handle: async ({ params }, { store, clock }) => {
    if (!(await store.suppressions.release(params.id, clock().toISOString()))) throw notFound(`suppression ${params.id.slice(0, 60)}`);
    return { status: 204 };
  },
});

function suppressionShape({ id, address, cause, buyer, destination, deliveryId, since }: SuppressionRecord): z.input<typeof suppressionSchema> {
  return { id, address, cause, buyer, destination, delivery: deliveryId, since };
}
