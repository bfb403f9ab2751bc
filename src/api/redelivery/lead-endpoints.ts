import { z } from 'zod';
import { defineEndpoint, jsonBody, nothing } from '../http/endpoint.ts';
import { findLead, leadParams } from '../leads/get-lead.ts';
import { discardAnswer, discardAnswers, discardBody, editedFields, editedFieldsSchema, redeliveryAnswer, redeliveryAnswers } from './answers.ts';

export const redeliverLead = defineEndpoint({
  method: 'post',
  path: '/v1/leads/{id}/redeliver',
  access: 'admin',
  tag: 'Redelivery',
  summary: 'Send a lead again, as far as it was not delivered',
  description:
    'Undelivered and unedited deliveries keep their id; edited ones, and those that failed after their provider had taken them, get a new one. A lead that was delivered everywhere is sent there anew, under new ids. ' +
    '409 while something of it is under way or held; 503 while Temporal is away.',
  params: leadParams,
  query: nothing,
  body: jsonBody(
    z.strictObject({
      route: z.enum(['original', 'today']).default('original').meta({ description: 'By the lead’s own plan, or planned anew by today’s routes' }),
      fields: editedFieldsSchema,
    }),
  ),
  answers: redeliveryAnswers,
  handle: async ({ params, body }, dependencies) => {
    const lead = await findLead(params.id, dependencies.store);
    const result = await dependencies.redeliver.redeliverLead(lead.id, { route: body.route, fields: editedFields(body.fields) });
    return redeliveryAnswer(result, `lead ${lead.id}`, dependencies);
  },
});

export const discardLead = defineEndpoint({
  method: 'post',
  path: '/v1/leads/{id}/discard',
  access: 'admin',
  tag: 'Redelivery',
  summary: 'Give up what of a lead ended badly, with a reason',
  params: leadParams,
  query: nothing,
  body: jsonBody(discardBody),
  answers: discardAnswers,
  handle: async ({ params, body }, dependencies) => {
    const lead = await findLead(params.id, dependencies.store);
    return discardAnswer(await dependencies.redeliver.discardLead(lead.id, body.reason), `lead ${lead.id}`, dependencies);
  },
});
