import { stringify } from 'yaml';
import { z } from 'zod';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { listSchema, mapPage, pagingShape } from '../http/paging.ts';
import { JSON_TYPE } from '../http/media-types.ts';
import { notFound, Problem } from '../http/problem.ts';
import { prefersYaml } from './accept.ts';
import { etagOf } from './applied-answer.ts';
import { DOCUMENT_TYPES, YAML_TYPE } from './document-body.ts';

const documentSchema = z.record(z.string(), z.unknown()).meta({ description: 'Sources, buyers and routes; literal credentials masked' });

export const getConfig = defineEndpoint({
  method: 'get',
  path: '/v1/config',
  access: 'admin',
  tag: 'Configuration',
  summary: 'The whole configuration, as JSON or, with `Accept: application/yaml`, as YAML',
  description: 'The document itself, ready to be edited and put back: a masked credential that is put back means unchanged. Its version is the ETag.',
  params: nothing,
  query: z.strictObject({ version: z.coerce.number().int().min(1).max(2_147_483_647).optional().meta({ description: 'An earlier version' }) }),
  body: noBody,
  answers: { 200: { description: 'The document', schema: documentSchema, types: DOCUMENT_TYPES } },
  handle: async ({ query, headers }, { configuration }) => {
    const masked = await configuration.masked(query.version);
    if (masked === null && query.version !== undefined) throw notFound(`version ${query.version} of the configuration`);
    if (masked === null) throw new Problem(404, 'No configuration was applied yet. Apply one with PUT /v1/config.');
    const answerHeaders = { etag: etagOf(masked.version), vary: 'Accept', 'cache-control': 'no-store' };
    return prefersYaml(headers.accept)
      ? { status: 200, type: YAML_TYPE, body: stringify(masked.document), headers: answerHeaders }
      : { status: 200, type: JSON_TYPE, body: JSON.stringify(masked.document, null, 2), headers: answerHeaders };
  },
});

const versionSchema = z
  .object({ version: z.int(), appliedAt: z.iso.datetime(), origin: z.string().meta({ description: '`api`, `file` or `start`' }) })
  .meta({ id: 'ConfigVersion' });

export const listConfigVersions = defineEndpoint({
  method: 'get',
  path: '/v1/config/versions',
  access: 'admin',
  tag: 'Configuration',
  summary: 'Every version of the configuration, newest first',
  params: nothing,
  query: z.strictObject(pagingShape),
  body: noBody,
  answers: { 200: { description: 'A page of versions', schema: listSchema(versionSchema) } },
  handle: async ({ query }, { configuration }) => {
    const page = await configuration.versions(query.limit, query.cursor ?? null);
    return { status: 200, body: mapPage(page, ({ version, appliedAt, origin }) => ({ version, appliedAt, origin })) };
  },
});
