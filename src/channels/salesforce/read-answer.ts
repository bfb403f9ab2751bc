import { z } from 'zod';
import type { DeliveryError, Failure, Success } from '../../domain/delivery/outcome.ts';
import { readAnswer, type RawAnswer } from '../../domain/response/answer.ts';
import type { Reading } from '../../domain/response/read.ts';
import { recordLink } from './addresses.ts';
import { DUPLICATE } from './codes.ts';
import type { ApiConfig } from './config.ts';
import { readError } from './error-body.ts';
import { apiError } from './errors.ts';

/** What the answer to a record says. */
export type RecordAnswer =
  | { said: 'stored'; recordId: string | null }
  /** A duplicate rule of theirs stopped it; `recordId` is a record of the same object that it found. */
  | { said: 'duplicate'; recordId: string | null; words: string }
  | { said: 'error'; error: DeliveryError; code: string };

const storedSchema = z.object({ id: z.string().min(1).max(40).optional(), success: z.literal(true).optional() });

/** Reads the answer to a create, an update or an upsert. Pure. */
export function readRecordAnswer({ object }: Pick<ApiConfig, 'object'>, raw: RawAnswer, now: Date): RecordAnswer {
  if (raw.status >= 200 && raw.status < 300) return readStored(raw);
  const word = readError(raw);
  if (word?.code === DUPLICATE) {
    const match = word.matches.find((found) => found.object === undefined || found.object === object);
    return { said: 'duplicate', recordId: match?.recordId ?? null, words: word.words };
  }
  return { said: 'error', error: apiError(raw, now), code: word?.code ?? '' };
}

/** The record is theirs. `instanceUrl` is null where it is not known, in a preview. */
export function stored(instanceUrl: string | null, recordId: string | null): { outcome: Success; captures: Record<string, string> } {
  return {
    outcome: { outcome: 'success', billable: true, ...(recordId === null ? {} : { recipientId: recordId }) },
    captures: recordId === null || instanceUrl === null ? {} : { link: recordLink(instanceUrl, recordId) },
  };
}

/** Their duplicate rule keeps the lead out. */
export function refusedAsDuplicate({ onDuplicate, externalIdField }: Pick<ApiConfig, 'onDuplicate' | 'externalIdField'>, { recordId, words }: { recordId: string | null; words: string }): Failure {
  const said = words === '' ? '' : ` (“${words}”)`;
  const mayBeOurs = externalIdField === undefined ? '. It may be this lead itself, from an attempt whose answer was lost; `externalIdField` rules that out' : '';
  const advice = onDuplicate === 'reject' ? `\`onDuplicate\` is reject${mayBeOurs}` : 'it blocks duplicates, and nothing that is sent can change that; see Setup → Duplicate Rules';
  return { outcome: 'failure', billable: false, reason: `Salesforce has this lead already, by a duplicate rule${said}: ${advice}`, ...(recordId === null ? {} : { recipientId: recordId }) };
}

/** For a preview, which sends nothing a second time. */
export function readForPreview(config: ApiConfig, raw: RawAnswer, now: Date): Reading {
  const answer = readRecordAnswer(config, raw, now);
  switch (answer.said) {
    case 'stored':
      return { ...stored(null, answer.recordId), problems: [] };
    case 'duplicate':
      if (config.onDuplicate === 'reject') return { outcome: refusedAsDuplicate(config, answer), captures: {}, problems: [] };
      return { ...stored(null, answer.recordId), problems: [`a duplicate rule stops the lead; when leads are sent, ${config.onDuplicate === 'update' && answer.recordId !== null ? 'the record that it names is updated' : 'it is sent once more with allowSave=true'}, and what that comes to counts`] };
    case 'error':
      return { outcome: answer.error, captures: {}, problems: [] };
  }
}

function readStored(raw: RawAnswer): RecordAnswer {
  // An upsert that changed a record had no body before 46.0, an update never has one.
  if (raw.status === 204) return { said: 'stored', recordId: null };
  const { body } = readAnswer(raw, undefined);
  const parsed = storedSchema.safeParse(body.kind === 'json' ? body.value : null);
  if (parsed.success) return { said: 'stored', recordId: parsed.data.id ?? null };
  // A page for people to log in at is a 200 too.
  const reason = `HTTP ${raw.status}, but this is no answer of Salesforce: it names no record. Check \`baseUrl\`, and whether a proxy or a login page is in between. The lead may have arrived`;
  return { said: 'error', code: '', error: { outcome: 'error', kind: 'unknown', code: 'unreadable-answer', reason } };
}
