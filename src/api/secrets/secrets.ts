import { z } from 'zod';
import { isReservedSecretName, isSecretName, secretNames } from '../../domain/config/secret-reference.ts';
import { defineEndpoint, jsonBody, noBody, nothing } from '../http/endpoint.ts';
import { listSchema } from '../http/paging.ts';
import { notFound, Problem } from '../http/problem.ts';

const secretParams = z.object({
  name: z.string().refine(isSecretName, 'use letters, digits, "_", "." and "-", at most 128, not starting with "." or "-"').meta({ description: 'Name of the secret' }),
});

const LONGEST_VALUE = 65_536;

const nameSchema = z.object({ name: z.string() }).meta({ id: 'SecretName' });

export const putSecret = defineEndpoint({
  method: 'put',
  path: '/v1/secrets/{name}',
  access: 'admin',
  tag: 'Secrets',
  summary: 'Set a secret: it is written only, never read back',
  description: 'The configuration refers to it as `secret://name`.',
  params: secretParams,
  query: nothing,
  body: jsonBody(z.strictObject({ value: z.string().min(1).max(LONGEST_VALUE) })),
  answers: { 204: { description: 'Stored, encrypted' } },
  handle: async ({ params, body }, { store, configuration }) => {
    await store.secrets.put(params.name, body.value);
    configuration.forgetSecrets();
    return { status: 204 };
  },
});

export const listSecrets = defineEndpoint({
  method: 'get',
  path: '/v1/secrets',
  access: 'admin',
  tag: 'Secrets',
  summary: 'The names of the secrets',
  params: nothing,
  query: nothing,
  body: noBody,
  answers: { 200: { description: 'Names only', schema: listSchema(nameSchema) } },
  handle: async (_, { store }) => {
    const names = (await store.secrets.names()).filter((name) => !isReservedSecretName(name));
    return { status: 200, body: { items: names.toSorted().map((name) => ({ name })), nextCursor: null } };
  },
});

export const deleteSecret = defineEndpoint({
  method: 'delete',
  path: '/v1/secrets/{name}',
  access: 'admin',
  tag: 'Secrets',
  summary: 'Delete a secret that the configuration does not refer to',
  params: secretParams,
  query: nothing,
  body: noBody,
  answers: { 204: { description: 'Deleted' } },
  handle: async ({ params }, { store, configuration }) => {
    const masked = await configuration.masked();
    if (masked !== null && secretNames(masked.document).includes(params.name)) {
      throw new Problem(409, `The configuration still refers to secret://${params.name}. Take the reference out first, or put another value.`);
    }
    if (!(await store.secrets.delete(params.name))) throw notFound(`secret ${params.name}`);
    return { status: 204 };
  },
});
