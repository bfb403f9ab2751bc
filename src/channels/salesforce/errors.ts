import type { DeliveryError, ErrorCode, ErrorKind } from '../../domain/delivery/outcome.ts';
import { readAnswer, type RawAnswer } from '../../domain/response/answer.ts';
import { outcomeByStatus, retryAfterOf } from '../../domain/response/by-status.ts';
import { DATA_REFUSED, FORBIDDEN, PASSING, TOKEN_REFUSED, USED_UP, VALUE_TAKEN } from './codes.ts';
import { readError, type SalesforceError } from './error-body.ts';

/** What an error of the API means for the delivery: by its code where Salesforce wrote one, else by the status. */
export function apiError(raw: RawAnswer, now: Date): DeliveryError {
  const word = readError(raw);
  const error = word === null ? withoutWord(raw, now) : withWord(raw, word, now);
  if (error.kind !== 'transient') return error;
  const retryAfterMs = retryAfterOf(readAnswer(raw, undefined), now);
  return retryAfterMs === undefined ? error : { ...error, retryAfterMs };
}

function withWord(raw: RawAnswer, { code, words, fields }: SalesforceError, now: Date): DeliveryError {
  const about = fields.length === 0 ? '' : ` (${fields.join(', ')})`;
  const what = `Salesforce says ${code}${about}${words === '' ? '' : `, “${words}”`}`;
  const error = (kind: ErrorKind, as: ErrorCode, advice: string): DeliveryError => ({ outcome: 'error', kind, code: as, reason: `${what}: ${advice}` });
  if (USED_UP.has(code)) return error('transient', 'quota-exhausted', 'the organisation has used up its requests of 24 hours, or its storage; it is tried again later. See Setup → Company Information');
  if (PASSING.has(code)) return error('transient', 'http-status', 'nothing to mend here; it is tried again');
  if (raw.status === 401 || code === TOKEN_REFUSED) {
    return error('permanent', 'unauthorized', 'they do not accept our token, nor a new one; check that the user is active and may use the API, and what the connected app’s policies and session settings allow, then resume the destination');
  }
  if (raw.status === 429) return error('transient', 'rate-limited', 'more requests than they allow; it is tried again later');
  if (raw.status === 403 || FORBIDDEN.has(code)) {
    return error('permanent', 'forbidden', 'the user may not do this; check its licence, API Enabled, Create and Edit on the object, and access to each field that is sent, then resume the destination');
  }
  if (raw.status === 404) return error('permanent', 'not-found', 'they have no such object or field, or the user does not see it; check `object`, that `externalIdField` is an External ID the user may edit, and `apiVersion`');
  if (code === VALUE_TAKEN) return error('permanent', 'invalid-data', 'a field of theirs that must be unique has this value already; see which record it is, and whether that field should be sent');
  if (DATA_REFUSED.has(code)) return error('permanent', 'invalid-data', 'they do not take what this lead has there; mend the lead, or, where it is every lead, the field in `map` (`truncate`, `lookup`, `default`) or their rule, then redeliver');
  if (raw.status >= 500) return error('transient', 'http-status', 'their system is failing; it is tried again');
  const byStatus = outcomeByStatus(readAnswer(raw, undefined), words === '' ? undefined : words, now);
  if (byStatus.outcome === 'error') return byStatus;
  return error('permanent', 'rule', 'they do not take this record; check the fields that `map` names (API names), their types, lengths and picklist values, and their validation rules');
}

/** An answer that Salesforce did not write, such as a gateway's page; and several records with our id (300). */
function withoutWord(raw: RawAnswer, now: Date): DeliveryError {
  const error = (code: ErrorCode, advice: string): DeliveryError => ({ outcome: 'error', kind: 'permanent', code, reason: `HTTP ${raw.status} from Salesforce: ${advice}` });
  if (raw.status === 300) return error('rule', 'several records have this delivery’s id, so none was changed; make `externalIdField` unique, and delete all but one');
  const byStatus = outcomeByStatus(readAnswer(raw, undefined), undefined, now);
  if (byStatus.outcome === 'error') return byStatus;
  return raw.status < 400 ? error('redirect', 'a redirect, which is not followed; check `baseUrl`') : error('http-status', 'they do not take this request, and do not say why; check `baseUrl`, and whether a proxy is in between');
}
