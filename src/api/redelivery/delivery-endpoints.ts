import { z } from 'zod';
import { defineEndpoint, jsonBody, nothing } from '../http/endpoint.ts';
import { notFound } from '../http/problem.ts';
import { isUuid } from '../leads/get-lead.ts';
import { discardAnswer, discardAnswers, discardBody, editedFields, editedFieldsSchema, redeliveryAnswer, redeliveryAnswers } from './answers.ts';

const deliveryParams = z.object({ id: z.string().meta({ description: 'Id of the delivery' }) });

export const redeliverDelivery = defineEndpoint({
  method: 'post',
  path: '/v1/deliveries/{id}/redeliver',
  access: 'admin',
  tag: 'Redelivery',
  summary: 'Send one delivery again',
  description: 'Undelivered and unedited it keeps its id; edited, or delivered already, it gets a new one. 409 when another buyer of its failover chain took the lead.',
  params: deliveryParams,
  query: nothing,
  body: jsonBody(z.strictObject({ fields: editedFieldsSchema })),
  answers: redeliveryAnswers,
  handle: async ({ params, body }, dependencies) => {
    const id = deliveryIdOf(params.id);
    return redeliveryAnswer(await dependencies.redeliver.redeliverDelivery(id, editedFields(body.fields)), `delivery ${id}`, dependencies);
  },
});

export const discardDelivery = defineEndpoint({
  method: 'post',
  path: '/v1/deliveries/{id}/discard',
  access: 'admin',
  tag: 'Redelivery',
  summary: 'Give up a delivery, with a reason',
  description: 'One that ended badly, or is held. 409 while it is under way or queued, and when it was delivered.',
  params: deliveryParams,
  query: nothing,
  body: jsonBody(discardBody),
  answers: discardAnswers,
  handle: async ({ params, body }, dependencies) => {
    const id = deliveryIdOf(params.id);
    return discardAnswer(await dependencies.redeliver.discardDelivery(id, body.reason), `delivery ${id}`, dependencies);
  },
});

function deliveryIdOf(text: string): string {
  if (!isUuid(text)) throw notFound(`delivery ${text.slice(0, 60)}`);
  return text.toLowerCase();
}
