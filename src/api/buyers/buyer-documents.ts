import { z } from 'zod';
import { appliedAnswer, appliedSchema, etagOf, expectedVersion } from '../config/applied-answer.ts';
import { DOCUMENT_TYPES, readDocumentBody } from '../config/document-body.ts';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { notFound, Problem } from '../http/problem.ts';
import { listFresh } from '../sender-domains/standing.ts';
import { buyerParams } from './find-buyer.ts';

const buyerSchema = z.record(z.string(), z.unknown()).meta({ description: 'The buyer as in the configuration; literal credentials masked' });

export const getBuyer = defineEndpoint({
  method: 'get',
  path: '/v1/buyers/{id}',
  access: 'admin',
  tag: 'Buyers',
  summary: 'One buyer as the configuration has it',
  params: buyerParams,
  query: nothing,
  body: noBody,
  answers: { 200: { description: 'The buyer', schema: buyerSchema } },
  handle: async ({ params }, { configuration }) => {
    const found = await configuration.getBuyer(params.id);
    if (found === null) throw notFound(`buyer ${params.id.slice(0, 60)} in the configuration`);
    return { status: 200, body: found.buyer, headers: { etag: etagOf(found.version), 'cache-control': 'no-store' } };
  },
});

export const putBuyer = defineEndpoint({
  method: 'put',
  path: '/v1/buyers/{id}',
  access: 'admin',
  tag: 'Buyers',
  summary: 'Replace or add a buyer, JSON or YAML',
  description: 'A new version of the configuration, checked as a whole. The id may be left out of the body. A masked credential put back means unchanged.',
  params: buyerParams,
  query: nothing,
  body: { schema: z.unknown().meta({ description: 'The buyer' }), types: DOCUMENT_TYPES, read: readDocumentBody },
  answers: { 200: { description: 'Applied', schema: appliedSchema } },
  handle: async ({ params, body, headers, gone }, dependencies) => {
    const { configuration, buyerSync } = dependencies;
    await listFresh(gone, dependencies);
    const answer = appliedAnswer(await configuration.putBuyer(params.id, body, expectedVersion(headers['if-match'])));
    buyerSync.request();
    return answer;
  },
});

export const deleteBuyer = defineEndpoint({
  method: 'delete',
  path: '/v1/buyers/{id}',
  access: 'admin',
  tag: 'Buyers',
  summary: 'Delete a buyer that no route names',
  params: buyerParams,
  query: nothing,
  body: noBody,
  answers: { 204: { description: 'Deleted' } },
  handle: async ({ params, headers }, { configuration, buyerSync }) => {
    const result = await configuration.deleteBuyer(params.id, expectedVersion(headers['if-match']));
    if (result.ok) {
      buyerSync.request();
      return { status: 204, headers: { etag: etagOf(result.version) } };
    }
    switch (result.problem) {
      case 'no-buyer':
        throw notFound(`buyer ${params.id.slice(0, 60)} in the configuration`);
      case 'named-by-routes':
      case 'conflict':
        throw new Problem(409, `The buyer was not deleted: ${result.explanation}.`);
    }
  },
});
