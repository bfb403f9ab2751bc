import { z } from 'zod';
import { previewDelivery } from '../../channels/preview.ts';
import type { ConfigMistake } from '../../domain/config/mistake.ts';
import { fieldDeclarationsSchema } from '../../domain/fields/types.ts';
import { problemErrors } from '../config/document-body.ts';
import { defineEndpoint, jsonBody, nothing } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { answerSchema, previewSchema, previewShape, rawAnswer } from './preview-shape.ts';
import { flatSample, SAMPLE_DELIVERY_ID, sampleFieldsSchema, sampleLead } from './sample.ts';

/** What a lead says of its source where there is none. */
const NO_SOURCE = 'preview';

export const preview = defineEndpoint({
  method: 'post',
  path: '/v1/preview',
  access: 'admin',
  tag: 'Preview',
  summary: 'See what a destination would send, and how it would read an answer',
  description:
    'Nothing is sent and nothing is kept. `destination` need not be saved, and its id may be left out; what is wrong with it comes with paths. ' +
    'Tokens that would have to be asked for are shown as asterisks, as all secrets are.',
  params: nothing,
  query: nothing,
  body: jsonBody(
    z.strictObject({
      destination: z.record(z.string(), z.unknown()).meta({ description: 'A destination as the configuration has it' }),
      fields: fieldDeclarationsSchema.default({}).meta({ description: 'The types of the lead’s fields, as a source declares them; others are taken as they are' }),
      lead: sampleFieldsSchema.default({}),
      response: answerSchema.optional().meta({ description: 'The buyer’s answer, to see how it is read' }),
    }),
  ),
  answers: { 200: { description: 'The request, and with `response` what it would mean', schema: previewSchema } },
  handle: async ({ body }, { configuration, installation, clock }) => {
    const tried = await configuration.tryDestination(body.destination);
    if (!tried.ok) throw new Problem(422, 'The destination is not valid.', { errors: problemErrors(tried.mistakes.map(inDestination)) });
    const now = clock();
    const order = {
      ...tried,
      lead: sampleLead(flatSample(body.lead), body.fields, { source: NO_SOURCE, now }),
      deliveryId: SAMPLE_DELIVERY_ID,
      answer: body.response === undefined ? null : rawAnswer(body.response),
      installation,
      now,
    };
    return { status: 200, body: previewShape(previewDelivery(order), tried.warnings.map(inDestination)) };
  },
});

function inDestination(mistake: ConfigMistake): ConfigMistake {
  const { path } = mistake;
  return { ...mistake, path: path === '' || path.startsWith('[') ? `destination${path}` : `destination.${path}` };
}
