import { z } from 'zod';
import { baseUrlSchema } from '../../channels/texts.ts';
import { createDomain, readDomain, verifyDomain, type DomainAccount, type DomainResult } from '../../channels/email/domains.ts';
import { isReservedSecretName, secretName } from '../../domain/config/secret-reference.ts';
import type { SenderDomainRecord } from '../../store/records.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { defineEndpoint, jsonBody, noBody, nothing } from '../http/endpoint.ts';
import { listSchema } from '../http/paging.ts';
import { notFound, Problem } from '../http/problem.ts';

const dnsRecordSchema = z
  .object({ purpose: z.string(), type: z.string(), name: z.string(), value: z.string(), priority: z.number().nullable(), status: z.string() })
  .meta({ id: 'DnsRecord' });

const senderDomainSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.string().meta({ description: '`not_started`, `pending`, `verified`, `failed`, `partially_verified` or `partially_failed`; Resend’s word' }),
    records: z.array(dnsRecordSchema).meta({ description: 'DNS records to set' }),
    checkedAt: z.iso.datetime().meta({ description: 'When Resend said so' }),
  })
  .meta({ id: 'SenderDomain' });

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
  summary: 'The domains that emails come from, as last known',
  params: nothing,
  body: noBody,
  answers: { 200: { description: 'Every domain', schema: listSchema(senderDomainSchema) } },
  handle: async (_, { store }) => ({ status: 200, body: { items: (await store.senderDomains.list()).map(shapeOf), nextCursor: null } }),
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

type Owner = Pick<SenderDomainRecord, 'keyName' | 'baseUrl'>;
type SenderDomain = z.input<typeof senderDomainSchema>;

async function ask(id: string, gone: AbortSignal, dependencies: ApiDependencies, call: (account: DomainAccount, id: string) => Promise<DomainResult>): Promise<SenderDomain> {
  const known = await dependencies.store.senderDomains.get(id);
  if (known === null) throw notFound(`sender domain ${id.slice(0, 60)}`);
  const result = await call(await accountOf(known, gone, dependencies), known.id);
  if (!result.ok && result.isGone) {
    await dependencies.store.senderDomains.forget(known.id);
    throw new Problem(404, `Resend has no domain ${known.name} any more; it was forgotten here too. POST /v1/sender-domains registers it anew.`);
  }
  return remember(result, known, known.name, dependencies);
}

async function accountOf({ keyName, baseUrl }: Owner, signal: AbortSignal, { store, installation, http }: ApiDependencies): Promise<DomainAccount> {
  const apiKey = keyName === null ? installation.resendApiKey : ((await store.secrets.read([keyName])).get(keyName) ?? null);
  if (apiKey === null) {
    const message = keyName === null ? 'there is none: set RESEND_API_KEY of the API, or name a secret with a key here' : `secret "${keyName}" is not stored; set it with PUT /v1/secrets/${keyName}`;
    throw new Problem(422, 'Resend needs an API key.', { errors: [{ field: 'apiKey', message }] });
  }
  return { apiKey, baseUrl, http, signal };
}

async function remember(result: DomainResult, { keyName, baseUrl }: Owner, name: string, { store, clock }: ApiDependencies): Promise<SenderDomain> {
  if (!result.ok && result.isTransient) throw new Problem(503, `Resend did not say how ${name} stands: ${result.reason}. Try again shortly.`);
  if (!result.ok) throw new Problem(422, `Resend refuses ${name}: ${result.reason}. Check the domain’s name, and that the API key has the right "Full access".`);
  const record: SenderDomainRecord = { ...result.domain, keyName, baseUrl, checkedAt: clock().toISOString() };
  await store.senderDomains.put(record);
  return shapeOf(record);
}

function shapeOf({ id, name, status, records, checkedAt }: SenderDomainRecord): SenderDomain {
  return { id, name, status, records, checkedAt };
}
