import { z } from 'zod';
import { previewDelivery } from '../../channels/preview.ts';
import { fieldDeclarationsSchema } from '../../domain/fields/types.ts';
import { defineEndpoint, jsonBody, nothing } from '../http/endpoint.ts';
import { destinationParams, savedDestination } from '../buyers/saved-destination.ts';
import { answerSchema, previewSchema, previewShape, rawAnswer } from './preview-shape.ts';
import { flatSample, SAMPLE_DELIVERY_ID, sampleFieldsSchema, sampleLead, sampleSource } from './sample.ts';

export const previewDestination = defineEndpoint({
  method: 'post',
  path: '/v1/buyers/{id}/destinations/{destination}/preview',
  access: 'admin',
  tag: 'Preview',
  summary: 'See what a saved destination would send, and how it would read an answer',
  description: 'As `POST /v1/preview`, with the configuration in force. Nothing is sent and nothing is kept.',
  params: destinationParams,
  query: nothing,
  body: jsonBody(
    z.strictObject({
      source: z.string().min(1).optional().meta({ description: 'Whose field types the lead has; needed where there are several sources' }),
      fields: fieldDeclarationsSchema.optional().meta({ description: 'Field types instead of a source’s' }),
      lead: sampleFieldsSchema.default({}),
      response: answerSchema.optional().meta({ description: 'The buyer’s answer, to see how it is read' }),
    }),
  ),
  answers: { 200: { description: 'The request, and with `response` what it would mean', schema: previewSchema } },
  handle: async ({ params, body }, { configuration, installation, clock }) => {
    const { destination, secretValues } = await savedDestination(params, configuration);
    const source = body.fields === undefined || body.source !== undefined ? sampleSource(body.source, await configuration.current()) : null;
    const now = clock();
    const lead = sampleLead(flatSample(body.lead), body.fields ?? source?.fields ?? {}, { source: source?.id ?? 'preview', now });
    const answer = body.response === undefined ? null : rawAnswer(body.response);
    return { status: 200, body: previewShape(previewDelivery({ destination, secretValues, lead, deliveryId: SAMPLE_DELIVERY_ID, answer, installation, now }), []) };
  },
});
