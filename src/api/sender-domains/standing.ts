import { z } from 'zod';
import { readDomain, type DomainAccount, type DomainResult } from '../../channels/email/domains.ts';
import type { SenderDomainRecord } from '../../store/records.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound, Problem } from '../http/problem.ts';

const dnsRecordSchema = z
  .object({ purpose: z.string(), type: z.string(), name: z.string(), value: z.string(), priority: z.number().nullable(), status: z.string() })
  .meta({ id: 'DnsRecord' });

/** A sender domain in the API. */
export const senderDomainSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.string().meta({ description: '`not_started`, `pending`, `verified`, `failed`, `partially_verified` or `partially_failed`; Resend’s word' }),
    records: z.array(dnsRecordSchema).meta({ description: 'DNS records to set' }),
    checkedAt: z.iso.datetime().meta({ description: 'When Resend said so' }),
  })
  .meta({ id: 'SenderDomain' });

/** Whose account at the provider a domain is of. */
export type Owner = Pick<SenderDomainRecord, 'keyName' | 'baseUrl'>;
type SenderDomain = z.input<typeof senderDomainSchema>;

/** Asks the provider something of a domain that is known here, and remembers how it stands. Throws a problem for a person. */
export async function ask(id: string, gone: AbortSignal, dependencies: Dependencies, call: (account: DomainAccount, id: string) => Promise<DomainResult>): Promise<SenderDomain> {
  const known = await dependencies.store.senderDomains.get(id);
  if (known === null) throw notFound(`sender domain ${id.slice(0, 60)}`);
  const result = await call(await accountOf(known, gone, dependencies), known.id);
  if (!result.ok && result.isGone) {
    await dependencies.store.senderDomains.forget(known.id);
    throw new Problem(404, `Resend has no domain ${known.name} any more; it was forgotten here too. POST /v1/sender-domains registers it anew.`);
  }
  return remember(result, known, known.name, dependencies);
}

/** The provider's account of an owner, with its key. */
export async function accountOf({ keyName, baseUrl }: Owner, signal: AbortSignal, { store, installation, http }: Dependencies): Promise<DomainAccount> {
  const apiKey = keyName === null ? installation.resendApiKey : ((await store.secrets.read([keyName])).get(keyName) ?? null);
  if (apiKey === null) {
    const message = keyName === null ? 'there is none: set RESEND_API_KEY of the API, or name a secret with a key here' : `secret "${keyName}" is not stored; set it with PUT /v1/secrets/${keyName}`;
    throw new Problem(422, 'Resend needs an API key.', { errors: [{ field: 'apiKey', message }] });
  }
  return { apiKey, baseUrl, http, signal };
}

/** Keeps what the provider said of a domain. */
export async function remember(result: DomainResult, { keyName, baseUrl }: Owner, name: string, { store, clock }: Dependencies): Promise<SenderDomain> {
  if (!result.ok && result.isTransient) throw new Problem(503, `Resend did not say how ${name} stands: ${result.reason}. Try again shortly.`);
  if (!result.ok) throw new Problem(422, `Resend refuses ${name}: ${result.reason}. Check the domain’s name, and that the API key has the right "Full access".`);
  const record: SenderDomainRecord = { ...result.domain, keyName, baseUrl, checkedAt: clock().toISOString() };
  await store.senderDomains.put(record);
  return shapeOf(record);
}

function shapeOf({ id, name, status, records, checkedAt }: SenderDomainRecord): SenderDomain {
  return { id, name, status, records, checkedAt };
}

type Dependencies = Pick<ApiDependencies, 'store' | 'installation' | 'http' | 'clock'>;

/**
 * Every domain that is known here. Of those that were not verified when they were last looked at the provider is asked anew, for it verifies
 * later on; where it does not answer, what was known stands.
 */
export async function listFresh(gone: AbortSignal, dependencies: Dependencies): Promise<SenderDomain[]> {
  const known = await dependencies.store.senderDomains.list();
  const fresh = known.map(async (domain) => {
    if (domain.status === 'verified') return [shapeOf(domain)];
    try {
      return [await ask(domain.id, gone, dependencies, readDomain)];
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return error.status === 404 ? [] : [shapeOf(domain)];
    }
  });
  return (await Promise.all(fresh)).flat();
}
