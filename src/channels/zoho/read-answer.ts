import type { AttemptOutcome, DeliveryError, ErrorCode, ErrorKind, Failure } from '../../domain/delivery/outcome.ts';
import { readAnswer, type RawAnswer } from '../../domain/response/answer.ts';
import { outcomeByStatus, retryAfterOf } from '../../domain/response/by-status.ts';
import type { Reading } from '../../domain/response/read.ts';
import { readWord, type ZohoWord } from './answer.ts';
import { DATA_REFUSED, DUPLICATE, FORBIDDEN, PASSING, TOKEN_REFUSED, TOO_MANY } from './codes.ts';
import type { ZohoConfig } from './config.ts';
import { DATA_CENTRES } from './data-centres.ts';

/** Reads the answer to one record: its own status and code count, not the HTTP status, which is 2xx for errors too. Pure. */
export function readZohoAnswer(config: ZohoConfig, raw: RawAnswer, now: Date): Reading {
  const word = readWord(raw);
  if (word === null) return { outcome: withoutWord(raw, now), captures: {}, problems: [] };
  if (!word.isSuccess) return { outcome: refusedWith(config, raw, word, now), captures: {}, problems: [] };
  const { recordId, words } = word;
  return {
    outcome: { outcome: 'success', billable: true, ...(recordId === undefined ? {} : { recipientId: recordId }), ...(words === '' ? {} : { reason: words }) },
    captures: recordId === undefined ? {} : { link: `${DATA_CENTRES[config.dataCentre].crm}/crm/tab/Leads/${encodeURIComponent(recordId)}` },
    problems: [],
  };
}

/** Whether a new token could help: a scope that is missing is a 401 too, and no token has it. */
export function isTokenRefused(raw: RawAnswer): boolean {
  const word = readWord(raw);
  return word === null ? raw.status === 401 : TOKEN_REFUSED.has(word.code) || (raw.status === 401 && !FORBIDDEN.has(word.code));
}

function refusedWith(config: ZohoConfig, raw: RawAnswer, word: ZohoWord, now: Date): AttemptOutcome {
  const { code, fields, words } = word;
  const about = fields.length === 0 ? '' : ` (${fields.join(', ')})`;
  const what = `Zoho says ${code}${about}${words === '' ? '' : `, “${words}”`}`;
  const error = (kind: ErrorKind, as: ErrorCode, advice: string): DeliveryError => ({ outcome: 'error', kind, code: as, reason: `${what}: ${advice}` });
  if (code === DUPLICATE) return duplicate(config, word, what);
  if (TOO_MANY.has(code) || raw.status === 429) {
    return withRetryAfter(error('transient', 'rate-limited', 'more requests than the account’s edition allows at once, or in 24 hours; it is tried again later. If it goes on, see their API usage dashboard'), raw, now);
  }
  if (FORBIDDEN.has(code)) return error('permanent', 'forbidden', 'the token does not reach so far; make the refresh token with the scope ZohoCRM.modules.leads.ALL, by a user who may create and edit leads, then resume the destination');
  if (TOKEN_REFUSED.has(code) || raw.status === 401) return error('permanent', 'unauthorized', 'they do not accept our token, nor a new one; check `dataCentre`, and that the user whom the refresh token belongs to is active, then resume the destination');
  if (PASSING.has(code) || raw.status >= 500) return withRetryAfter(error('transient', 'http-status', 'nothing to mend here; it is tried again'), raw, now);
  if (raw.status === 404) return error('permanent', 'not-found', 'there is nothing at this address; check `baseUrl`, and that the account has Zoho CRM with Leads');
  if (DATA_REFUSED.has(code)) return error('permanent', 'invalid-data', 'they do not take what this lead has there; mend the lead, or, where it is every lead, the field in `map` (API name, type, length) or what their layout insists on, then redeliver');
  return error('permanent', 'rule', 'they do not take this record; check the fields that `map` names (API names), their types and lengths, and what their layout insists on');
}

/** Refused by a unique field of theirs. The buyer’s answer where it was wanted so; otherwise the settings do not do what they say. */
function duplicate({ onDuplicate, externalIdField }: ZohoConfig, { recordId, fields }: ZohoWord, what: string): Failure | DeliveryError {
  switch (onDuplicate) {
    case 'reject': {
      const mayBeOurs = externalIdField === undefined ? ' It may be this lead itself, from an attempt whose answer was lost; `externalIdField` rules that out' : '';
      return { outcome: 'failure', billable: false, reason: `${what}: they have this lead already${recordId === undefined ? '' : ` (record ${recordId})`}.${mayBeOurs}`, ...(recordId === undefined ? {} : { recipientId: recordId }) };
    }
    case 'update':
      return { outcome: 'error', kind: 'permanent', code: 'invalid-data', reason: `${what}: another unique field of theirs has this value; add ${fields[0] ?? 'it'} to \`duplicateCheckFields\` to have that record updated` };
    case 'accept':
      return { outcome: 'error', kind: 'permanent', code: 'invalid-data', reason: `${what}: a unique field of theirs takes no second record with this value, whatever \`onDuplicate\` says; have the field made not unique, or use update` };
  }
}

/** An answer that Zoho did not write, such as a gateway's page. */
function withoutWord(raw: RawAnswer, now: Date): DeliveryError {
  const error = (kind: ErrorKind, code: ErrorCode, advice: string): DeliveryError => ({ outcome: 'error', kind, code, reason: `HTTP ${raw.status}, without a word of Zoho’s: ${advice}` });
  if (raw.status >= 200 && raw.status < 300) {
    return error('unknown', 'unreadable-answer', 'the answer says nothing of the record (data[0].status); check `baseUrl`, and whether a proxy is in between. The lead may have arrived');
  }
  const byStatus = outcomeByStatus(readAnswer(raw, undefined), undefined, now);
  if (byStatus.outcome === 'error') return byStatus;
  return raw.status < 400 ? error('permanent', 'redirect', 'a redirect, which is not followed; check `baseUrl`') : error('permanent', 'http-status', 'they do not take this request; check `baseUrl`, and whether a proxy is in between');
}

function withRetryAfter(error: DeliveryError, raw: RawAnswer, now: Date): DeliveryError {
  const retryAfterMs = retryAfterOf(readAnswer(raw, undefined), now);
  return retryAfterMs === undefined ? error : { ...error, retryAfterMs };
}
