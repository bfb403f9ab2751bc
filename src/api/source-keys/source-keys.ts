import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { sha256OfKey } from '../http/key.ts';
import { listSchema } from '../http/paging.ts';
import { notFound, Problem } from '../http/problem.ts';

const KEY_START = 'lr_src_';
const KEY_BYTES = 32;
/** Characters of a key that are kept in the clear, so that a person can tell keys apart. */
const PREFIX_LENGTH = 12;

const keySchema = z
  .object({ id: z.string(), source: z.string(), prefix: z.string(), createdAt: z.iso.datetime() })
  .meta({ id: 'SourceKey' });

const newKeySchema = keySchema
  .extend({ key: z.string().meta({ description: 'The key itself: shown this once, stored only as a hash' }) })
  .meta({ id: 'NewSourceKey' });

const sourceParams = z.object({ id: z.string().meta({ description: 'Id of the source' }) });

export const createSourceKey = defineEndpoint({
  method: 'post',
  path: '/v1/sources/{id}/keys',
  access: 'admin',
  tag: 'Sources',
  summary: 'Make an intake key for a source',
  params: sourceParams,
  query: nothing,
  body: noBody,
  answers: { 201: { description: 'The key, shown this once', schema: newKeySchema } },
  handle: async ({ params }, { store, clock, configuration }) => {
    await checkSource(params.id, configuration);
    const key = `${KEY_START}${randomBytes(KEY_BYTES).toString('base64url')}`;
    const record = { id: uuidv7(), source: params.id, prefix: key.slice(0, PREFIX_LENGTH), createdAt: clock().toISOString() };
    await store.sourceKeys.add({ ...record, sha256: sha256OfKey(key) });
    return { status: 201, body: { ...record, key }, headers: { 'cache-control': 'no-store' } };
  },
});

export const listSourceKeys = defineEndpoint({
  method: 'get',
  path: '/v1/sources/{id}/keys',
  access: 'admin',
  tag: 'Sources',
  summary: 'The intake keys of a source, without the keys themselves',
  params: sourceParams,
  query: nothing,
  body: noBody,
  answers: { 200: { description: 'Every key', schema: listSchema(keySchema) } },
  handle: async ({ params }, { store, configuration }) => {
    const keys = await store.sourceKeys.list(params.id);
    // Keys of a source that was removed from the configuration can still be seen and deleted.
    if (keys.length === 0) await checkSource(params.id, configuration);
    const items = keys.map(({ id, source, prefix, createdAt }) => ({ id, source, prefix, createdAt }));
    return { status: 200, body: { items, nextCursor: null } };
  },
});

export const deleteSourceKey = defineEndpoint({
  method: 'delete',
  path: '/v1/sources/{id}/keys/{keyId}',
  access: 'admin',
  tag: 'Sources',
  summary: 'Delete an intake key: it opens nothing any more, at once here and within a second in other processes',
  params: sourceParams.extend({ keyId: z.string().meta({ description: 'Id of the key' }) }),
  query: nothing,
  body: noBody,
  answers: { 204: { description: 'Deleted' } },
  handle: async ({ params }, { store }) => {
    const isId = z.guid().safeParse(params.keyId).success;
    if (!isId || !(await store.sourceKeys.delete(params.id, params.keyId))) {
      throw notFound(`key ${params.keyId.slice(0, 60)} of source ${params.id.slice(0, 60)}`);
    }
    return { status: 204 };
  },
});

async function checkSource(id: string, configuration: ApiDependencies['configuration']): Promise<void> {
  const current = await configuration.current();
  if (current === null) throw new Problem(404, 'No configuration was applied yet, so that there are no sources. Apply one with PUT /v1/config.');
  const sources = current.config.sources.map((source) => source.id);
  if (sources.includes(id)) return;
  const known = sources.length > 0 ? `It has ${sources.join(', ')}.` : 'It has none.';
  throw new Problem(404, `The configuration has no source ${id.slice(0, 60)}. ${known}`);
}
