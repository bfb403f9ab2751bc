import { z } from 'zod';
import type { DeliveryError, ErrorCode, ErrorKind } from '../../domain/delivery/outcome.ts';
import { readAnswer, type RawAnswer } from '../../domain/response/answer.ts';
import { outcomeByStatus, retryAfterOf } from '../../domain/response/by-status.ts';
import type { Reading } from '../../domain/response/read.ts';
import { recordIdIn } from './addresses.ts';
import type { DynamicsConfig } from './config.ts';
import { readError, type DynamicsError } from './error-body.ts';
import { delivered, refusedAsDuplicate } from './results.ts';

/** What the answer to a create says. */
export type CreateAnswer =
  | { said: 'created'; recordId: string | null }
  /** A record with our id, or with the value of some alternate key, is there. */
  | { said: 'there' }
  /** Their duplicate detection found another record. */
  | { said: 'duplicate'; words: string }
  | { said: 'error'; error: DeliveryError };

/** The record itself, where a gateway asks for it (`Prefer: return=representation`). */
const recordSchema = z.object({ leadid: z.guid() });

/** `DuplicateRecordsFound` ("Web service error codes"); its status differs from case to case. */
const DUPLICATE = '0x80040333';
/** `DuplicateRecordEntityKey`, and `DuplicateRecord` of the primary key. */
const KEY_TAKEN: ReadonlySet<string> = new Set(['0x80060892', '0x80040237']);
/** "Service protection API limits": execution time, number of requests, requests at once. */
const THROTTLED: ReadonlySet<string> = new Set(['0x80072321', '0x80072322', '0x80072326']);

/** A value outside its range, a text that is too long, and what a plug-in of theirs refuses ("Web service error codes"). */
const DATA_REFUSED: ReadonlySet<string> = new Set(['0x80044330', '0x80044331', '0x80040265']);

/** Reads the answer to a create: by the error's code, which is documented, before its status, which is not always. Pure. */
export function readCreateAnswer(raw: RawAnswer, now: Date): CreateAnswer {
  if (raw.status >= 200 && raw.status < 300) return readCreated(raw);
  const said = readError(raw);
  if (said.code === DUPLICATE) return { said: 'duplicate', words: said.words };
  if (raw.status === 412 || KEY_TAKEN.has(said.code)) return { said: 'there' };
  return { said: 'error', error: errorOf(raw, said, now) };
}

/** For a preview, which cannot look anything up: what is there by our id counts as ours. */
export function readDynamicsAnswer(config: DynamicsConfig, raw: RawAnswer, now: Date): Reading {
  const answer = readCreateAnswer(raw, now);
  switch (answer.said) {
    case 'created':
      return { ...delivered(config, answer.recordId), problems: [] };
    case 'there':
      return { ...delivered(config, null), problems: ['the record is there already: an earlier attempt of this delivery had arrived; when leads are sent it is looked up first'] };
    case 'duplicate':
      return config.onDuplicate === 'update'
        ? { ...delivered(config, null), problems: ['the lead is there already; when leads are sent it is looked up, and the newest record of the same email or phone is updated'] }
        : { outcome: refusedAsDuplicate(config, answer.words), captures: {}, problems: [] };
    case 'error':
      return { outcome: answer.error, captures: {}, problems: [] };
  }
}

function readCreated(raw: RawAnswer): CreateAnswer {
  const { headers, body } = readAnswer(raw, undefined);
  const address = headers.get('odata-entityid');
  if (address !== undefined || raw.status === 204) return { said: 'created', recordId: recordIdIn(address ?? '') };
  if (body.kind === 'json') {
    const parsed = recordSchema.safeParse(body.value);
    return { said: 'created', recordId: parsed.success ? parsed.data.leadid.toLowerCase() : null };
  }
  // A page for people to log in at is a 200 too.
  const reason = `HTTP ${raw.status}, but this is no answer of Dynamics: it names no record (OData-EntityId). Check \`baseUrl\`, and whether a proxy or a login page is in between. The lead may have arrived`;
  return { said: 'error', error: { outcome: 'error', kind: 'unknown', code: 'unreadable-answer', reason } };
}

/** What an error that says nothing of the record means for the delivery. */
function errorOf(raw: RawAnswer, { code, words }: DynamicsError, now: Date): DeliveryError {
  const { status } = raw;
  const said = [code, words === '' ? '' : `“${words}”`].filter((part) => part !== '');
  const what = `HTTP ${status} from Dynamics${said.length === 0 ? '' : ` (${said.join(', ')})`}`;
  const error = (kind: ErrorKind, as: ErrorCode, advice: string): DeliveryError => ({ outcome: 'error', kind, code: as, reason: `${what}: ${advice}` });
  if (status === 429 || THROTTLED.has(code)) {
    const retryAfterMs = retryAfterOf(readAnswer(raw, undefined), now);
    const limited = error('transient', 'rate-limited', 'the application user sends more than its organisation allows; it is tried again later. If it goes on, set a cap, or use another application user for other work');
    return retryAfterMs === undefined ? limited : { ...limited, retryAfterMs };
  }
  if (DATA_REFUSED.has(code)) return error('permanent', 'invalid-data', 'they do not take what this lead has there; mend the lead, or, where it is every lead, the column in `map` (`truncate`, `lookup`) or their rule, then redeliver');
  switch (status) {
    case 401:
      return error('permanent', 'unauthorized', 'they do not accept our token, nor a new one; check that `baseUrl` is the organisation, and that the app (`clientId`) is an application user of it, then resume the destination');
    case 403:
      return error('permanent', 'forbidden', 'the application user may not do this; check that it is there and active, and that its security role has Create, Read, Write, Append and Append To on Lead, then resume the destination');
    case 404:
      return error('permanent', 'not-found', 'they have no such address or record; check `baseUrl`, that `alternateKey` is an active key of Lead, and records that `map` names by @odata.bind');
    default: {
      const byStatus = outcomeByStatus(readAnswer(raw, undefined), words === '' ? undefined : words, now);
      if (byStatus.outcome === 'error') return byStatus;
      if (status < 400) return error('permanent', 'redirect', 'a redirect, which is not followed; check `baseUrl`');
      return error('permanent', 'rule', 'they do not take this record; check the column names that `map` has (logical names, in lower case), their types, lengths and choices');
    }
  }
}
