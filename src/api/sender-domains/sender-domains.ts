import { z } from 'zod';
import { baseUrlSchema } from '../../channels/texts.ts';
import { createDomain, readDomain, verifyDomain } from '../../channels/email/domains.ts';
import { isReservedSecretName, secretName } from '../../domain/config/secret-reference.ts';
import { defineEndpoint, jsonBody, noBody, nothing } from '../http/endpoint.ts';
import { listSchema } from '../http/paging.ts';
import { accountOf, ask, listFresh, remember, senderDomainSchema } from './standing.ts';

const newDomainSchema = z.strictObject({
  name: z.string().trim().toLowerCase().regex(/^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/, 'is no domain; write one like leads.example.com'),
  apiKey: z
    .string()
    .refine((text) => {
      const name = secretName(text);
      return name !== null && !isReservedSecretName(name);
    }, 'is kept as a secret: PUT /v1/secrets/{name}, then write secret://name here')
    .optional()
    .meta({ description: '`secret://name`; the installation’s RESEND_API_KEY unless set. It needs the right "Full access"' }),
  baseUrl: baseUrlSchema.optional().meta({ description: 'Where Resend is reached, instead of its own address' }),
});

const idParams = z.object({ id: z.string().meta({ description: 'Id of the domain' }) });
const words = { access: 'admin', tag: 'Sender domains', query: nothing } as const;
const answers = { 200: { description: 'How the domain stands', schema: senderDomainSchema } };

export const createSenderDomain = defineEndpoint({
  ...words,
  method: 'post',
  path: '/v1/sender-domains',
  summary: 'Register a domain that emails come from, at Resend and here',
  description: 'Set its DNS records, then have it verified. One that the account has already is taken over.',
  params: nothing,
  body: jsonBody(newDomainSchema),
  answers: { 201: { description: 'Registered, with the DNS records to set', schema: senderDomainSchema } },
  handle: async ({ body, gone }, dependencies) => {
    const owner = { keyName: body.apiKey === undefined ? null : secretName(body.apiKey), baseUrl: body.baseUrl ?? null };
    const result = await createDomain(await accountOf(owner, gone, dependencies), body.name);
    return { status: 201, body: await remember(result, owner, body.name, dependencies) };
  },
});

export const listSenderDomains = defineEndpoint({
  ...words,
  method: 'get',
  path: '/v1/sender-domains',
  summary: 'The domains that emails come from',
  description: 'Resend is asked anew of those that were not verified when it was asked last.',
  params: nothing,
  body: noBody,
  answers: { 200: { description: 'Every domain', schema: listSchema(senderDomainSchema) } },
  handle: async ({ gone }, dependencies) => ({ status: 200, body: { items: await listFresh(gone, dependencies), nextCursor: null } }),
});

export const getSenderDomain = defineEndpoint({
  ...words,
  method: 'get',
  path: '/v1/sender-domains/{id}',
  summary: 'One domain, as Resend has it now',
  params: idParams,
  body: noBody,
  answers,
  handle: async ({ params, gone }, dependencies) => ({ status: 200, body: await ask(params.id, gone, dependencies, readDomain) }),
});

export const verifySenderDomain = defineEndpoint({
  ...words,
  method: 'post',
  path: '/v1/sender-domains/{id}/verify',
  summary: 'Have Resend look at a domain’s DNS records',
  description: 'It looks later on: read the domain again after a while.',
  params: idParams,
  body: noBody,
  answers,
  handle: async ({ params, gone }, dependencies) => ({ status: 200, body: await ask(params.id, gone, dependencies, verifyDomain) }),
});
