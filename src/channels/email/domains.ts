import type { Response } from 'resend';
import { z } from 'zod';
import { Redactions } from '../../domain/masking/mask.ts';
import { boundedWords } from '../../domain/response/excerpt.ts';
import type { HttpClient } from '../../egress/http-client.ts';
import type { SenderDomainRecord } from '../../store/records.ts';
import { redactExcerpt } from '../masking.ts';
import { resendError } from './error-classes.ts';
import { RESEND_URL } from './render.ts';
import { ResendClient } from './resend-client.ts';

/** What Resend says of a domain, or why it says nothing. `isGone`: it has no such domain. */
export type DomainResult = { ok: true; domain: Pick<SenderDomainRecord, 'id' | 'name' | 'status' | 'records'> } | { ok: false; isGone: boolean; isTransient: boolean; reason: string };

export interface DomainAccount {
  apiKey: string;
  baseUrl: string | null;
  http: HttpClient;
  signal: AbortSignal;
}

const TIMEOUT_MS = 10_000;

const domainSchema = z.object({
  id: z.string().min(1).max(200),
  name: z.string(),
  status: z.string(),
  records: z
    .array(z.object({ record: z.string().default(''), type: z.string(), name: z.string(), value: z.string(), priority: z.coerce.number().nullish(), status: z.string().default('not_started') }))
    .default([]),
});

/** Makes a domain at Resend; one that the account has already is the one meant. */
export async function createDomain(account: DomainAccount, name: string): Promise<DomainResult> {
  const { domains } = clientOf(account);
  const made = read(await domains.create({ name }), account);
  if (made.ok || made.isTransient) return made;
  const listed = z.object({ data: z.array(z.object({ id: z.string(), name: z.string() })) }).safeParse((await domains.list()).data);
  const there = listed.success ? listed.data.data.find((domain) => domain.name.toLowerCase() === name) : undefined;
  return there === undefined ? made : read(await domains.get(there.id), account);
}

/** How a domain stands at Resend. */
export async function readDomain(account: DomainAccount, id: string): Promise<DomainResult> {
  return read(await clientOf(account).domains.get(id), account);
}

/** Asks Resend to look at the DNS records, which it does later on, and gives how the domain stands meanwhile. */
export async function verifyDomain(account: DomainAccount, id: string): Promise<DomainResult> {
  const { domains } = clientOf(account);
  const asked = await domains.verify(id);
  return asked.error === null ? read(await domains.get(id), account) : failed(asked, account);
}

function clientOf({ apiKey, baseUrl, http, signal }: DomainAccount): ResendClient {
  return new ResendClient({ apiKey, baseUrl: baseUrl ?? RESEND_URL, transport: (request) => http.exchange(request, { timeoutMs: TIMEOUT_MS, signal }) });
}

function read(response: Response<unknown>, account: DomainAccount): DomainResult {
  if (response.error !== null) return failed(response, account);
  const domain = domainSchema.safeParse(response.data);
  if (!domain.success) return { ok: false, isGone: false, isTransient: true, reason: 'the answer could not be read' };
  const { id, name, status, records } = domain.data;
  return { ok: true, domain: { id, name: name.toLowerCase(), status, records: records.map(({ record, type, name: at, value, priority, status: found }) => ({ purpose: record, type, name: at, value, priority: priority ?? null, status: found })) } };
}

function failed({ error }: Response<unknown>, { apiKey }: DomainAccount): DomainResult {
  const status = error?.statusCode ?? null;
  if (error === null || status === null) return { ok: false, isGone: false, isTransient: true, reason: 'Resend could not be reached, or its answer could not be read' };
  const said = `HTTP ${status} ${error.name}${error.message === '' ? '' : ` (“${boundedWords(error.message) ?? ''}”)`}`;
  return { ok: false, isGone: status === 404, isTransient: resendError(status, error.name).kind === 'transient', reason: redactExcerpt(said, Redactions.of([apiKey])) };
}
