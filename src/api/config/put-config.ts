import { z } from 'zod';
import { defineEndpoint, nothing } from '../http/endpoint.ts';
import { Problem, problemErrorSchema } from '../http/problem.ts';
import { listFresh } from '../sender-domains/standing.ts';
import { appliedAnswer, appliedSchema, expectedVersion, invalidConfiguration } from './applied-answer.ts';
import { DOCUMENT_TYPES, problemErrors, readDocumentBody } from './document-body.ts';

const dryRunSchema = z.object({ dryRun: z.literal(true), warnings: z.array(problemErrorSchema) }).meta({ id: 'ConfigChecked' });

export const putConfig = defineEndpoint({
  method: 'put',
  path: '/v1/config',
  access: 'admin',
  tag: 'Configuration',
  summary: 'Check and apply a whole configuration, JSON or YAML',
  description: 'All mistakes at once, each with its path. `?dryRun=true` only checks. With `If-Match` it is applied only to the version that was read.',
  params: nothing,
  query: z.strictObject({
    dryRun: z
      .enum(['true', 'false'])
      .default('false')
      .transform((text) => text === 'true')
      .meta({ description: '`true`: check only' }),
  }),
  body: { schema: z.unknown().meta({ description: 'Sources, buyers and routes' }), types: DOCUMENT_TYPES, read: readDocumentBody },
  answers: { 200: { description: 'Applied, or checked with `dryRun`', schema: z.union([appliedSchema, dryRunSchema]) } },
  handle: async ({ query, body, headers, gone }, dependencies) => {
    const { configuration, buyerSync } = dependencies;
    // A domain may have been verified since somebody last looked.
    await listFresh(gone, dependencies);
    if (query.dryRun) {
      const checked = await configuration.check(body);
      if (checked.ok) return { status: 200, body: { dryRun: true, warnings: problemErrors(checked.warnings) } };
      const errors = problemErrors(checked.mistakes);
      throw new Problem(422, invalidConfiguration(errors.length), { errors });
    }
    const version = expectedVersion(headers['if-match']);
    const answer = appliedAnswer(await configuration.apply(body, { by: 'api', ...(version === undefined ? {} : { expectedVersion: version }) }));
    buyerSync.request();
    return answer;
  },
});
