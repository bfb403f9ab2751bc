import type { DeliveryError, ErrorCode, ErrorKind } from '../../domain/delivery/outcome.ts';
import { readAnswer, type RawAnswer } from '../../domain/response/answer.ts';
import { outcomeByStatus, retryAfterOf } from '../../domain/response/by-status.ts';
import { limitError } from './limit-error.ts';
import type { HubspotError } from './error-body.ts';

/** Codes that are about this lead's value, not about the property: another lead's value may be good. */
const VALUE_REFUSED: ReadonlySet<string> = new Set(['INVALID_EMAIL', 'INVALID_OPTION', 'INVALID_INTEGER', 'INVALID_LONG', 'INVALID_FLOAT', 'INVALID_DATE']);

/** A lock on the account lasts two seconds ("Error handling"). */
const LOCKED_MS = 2_000;

/** What an answer that is neither a contact nor a duplicate means for the delivery (HubSpot: "Error handling"). */
export function refusalOf(raw: RawAnswer, said: HubspotError, now: Date): DeliveryError {
  const { status } = raw;
  const what = describe(status, said);
  const answer = readAnswer(raw, undefined);
  const error = (kind: ErrorKind, code: ErrorCode, advice: string, waitMs?: number): DeliveryError => {
    const retryAfterMs = kind === 'transient' ? (retryAfterOf(answer, now) ?? waitMs) : undefined;
    return { outcome: 'error', kind, code, reason: `${what}: ${advice}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  };
  switch (status) {
    case 400:
      return badRequest(error, said);
    case 401:
      return error('permanent', 'unauthorized', 'they do not accept our token; check that the private app or the connection is still there, and that its token is the current one, then resume the destination');
    case 403:
      return error('permanent', 'forbidden', 'the token may not do this; give its app the scopes crm.objects.contacts.write and crm.objects.contacts.read, then resume the destination');
    case 404:
      return error('permanent', 'not-found', 'there is nothing at this address; check `baseUrl`');
    case 423:
      return error('transient', 'http-status', 'their account is locked for a moment by too many changes at once; it is tried again', LOCKED_MS);
    case 429: {
      const { code, advice, waitMs } = limitError(said.policyName);
      return error('transient', code, advice, waitMs);
    }
    case 477:
      return error('transient', 'http-status', 'HubSpot moves this account to another data centre, which takes up to a day; it is tried again when they say');
    default: {
      const byStatus = outcomeByStatus(answer, said.words === '' ? undefined : said.words, now);
      if (byStatus.outcome === 'error') return byStatus;
      if (status < 400) return error('permanent', 'redirect', 'a redirect, which is not followed; check `baseUrl`');
      return error('permanent', 'http-status', 'they do not take this request; check `baseUrl`, and whether a proxy is in between');
    }
  }
}

/** A value of this lead that they do not take says nothing of the next one. What is wrong with the request whoever it is about does. */
function badRequest(error: (kind: ErrorKind, code: ErrorCode, advice: string) => DeliveryError, { properties }: HubspotError): DeliveryError {
  if (properties.length > 0 && properties.every(({ code }) => VALUE_REFUSED.has(code))) {
    return error('permanent', 'invalid-data', 'they do not take what this lead has there; mend the lead, or, where it is every lead, the property in `map`, then redeliver');
  }
  return error('permanent', 'rule', 'they do not take this contact; check the names in `map` (internal names of contact properties), that the properties are there and may be written, and their types');
}

/** `HTTP 400 from HubSpot (VALIDATION_ERROR: email INVALID_EMAIL, “…”)`. */
function describe(status: number, { category, words, properties }: HubspotError): string {
  const about = properties.map(({ code, property }) => (property === undefined ? code : `${property} ${code}`)).join(', ');
  const coded = [category, about].filter((part) => part !== '').join(': ');
  // Where the codes are known, their words say the same at length, and repeat the lead's values.
  const quoted = words === '' || about !== '' ? '' : `“${words}”`;
  const inside = [coded, quoted].filter((part) => part !== '').join(', ');
  return `HTTP ${status} from HubSpot${inside === '' ? '' : ` (${inside.slice(0, 1_000)})`}`;
}
