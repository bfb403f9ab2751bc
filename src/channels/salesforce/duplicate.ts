import { z } from 'zod';
import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { HttpRequest } from '../../egress/http-client.ts';
import type { RenderedRequest, SendResult } from '../channel.ts';
import { recordPath } from './addresses.ts';
import { NOT_CHANGEABLE } from './codes.ts';
import type { ApiConfig } from './config.ts';
import type { Conversation } from './conversation.ts';
import { companyFor, lastNameFor } from './fallbacks.ts';
import { readRecordAnswer, refusedAsDuplicate, stored, type RecordAnswer } from './read-answer.ts';

type Result = Omit<SendResult, 'exchange'>;
type Duplicate = Extract<RecordAnswer, { said: 'duplicate' }>;

/** The record that a duplicate rule stopped. */
interface Stopped {
  config: ApiConfig;
  request: RenderedRequest;
  now: Date;
}

/** Passes a rule that alerts; one that blocks stays (REST API Developer Guide, "Duplicate Rule Header"). */
const ALLOW_SAVE: [string, string] = ['Sforce-Duplicate-Rule-Header', 'allowSave=true'];
const SENT_AGAIN = 'a duplicate rule of theirs stopped the lead; it was sent again with allowSave=true';
const recordSchema = z.record(z.string(), z.unknown());
const textSchema = z.string().catch('');

/** Does what `onDuplicate` says. Each way comes to the same when it is done twice, so a lost answer does no harm where there is an external id. */
export async function settleDuplicate(talk: Conversation, stopped: Stopped, duplicate: Duplicate): Promise<Result> {
  const { config } = stopped;
  switch (config.onDuplicate) {
    case 'reject':
      return { outcome: refusedAsDuplicate(config, duplicate) };
    case 'accept':
      return acceptAnyway(talk, stopped);
    case 'update':
      return duplicate.recordId === null ? acceptAnyway(talk, stopped) : update(talk, stopped, duplicate.recordId);
  }
}

function acceptAnyway(talk: Conversation, stopped: Stopped): Promise<Result> {
  const { request } = stopped;
  return askAgain(talk, stopped, { ...request, headers: [...request.headers, ALLOW_SAVE] }, (answer) => ({ ...stored(talk.instanceUrl, answer.recordId), notes: [SENT_AGAIN] }));
}

/** A record that takes no changes any more, such as a converted lead, is no reason to lose this one. */
async function update(talk: Conversation, stopped: Stopped, recordId: string): Promise<Result> {
  const { config, request } = stopped;
  const changed = { method: 'PATCH', url: recordPath(config, recordId), headers: [...request.headers, ALLOW_SAVE], body: config.object === 'Lead' ? withoutStandIns(request.body) : request.body };
  const notes = ['they had this lead already, by a duplicate rule; that record was updated'];
  return askAgain(talk, stopped, changed, () => ({ ...stored(talk.instanceUrl, recordId), notes }), () => acceptAnyway(talk, stopped));
}

async function askAgain(
  talk: Conversation,
  { config, now }: Stopped,
  request: HttpRequest,
  whenStored: (answer: Extract<RecordAnswer, { said: 'stored' }>) => Result,
  whenNotChangeable?: () => Promise<Result>,
): Promise<Result> {
  const { result, requestWritten, address } = await talk.ask(request);
  if (result.kind === 'fault') return { outcome: faultOutcome(result, requestWritten, { timeoutMs: talk.timeoutMs, ...(address === undefined ? {} : { address }) }) };
  const answer = readRecordAnswer(config, result, now);
  switch (answer.said) {
    case 'stored':
      return whenStored(answer);
    case 'duplicate':
      return { outcome: refusedAsDuplicate(config, answer) };
    case 'error': {
      if (whenNotChangeable !== undefined && NOT_CHANGEABLE.has(answer.code)) return whenNotChangeable();
      // The token was good a moment ago: the next attempt gets another one.
      return { outcome: answer.error.code === 'unauthorized' ? { ...answer.error, kind: 'transient', code: 'http-status' } : answer.error };
    }
  }
}

/** What stood in for a missing name or company must not go over what they know. */
function withoutStandIns(body: Uint8Array | null): Uint8Array {
  const record = recordSchema.parse(JSON.parse(Buffer.from(body ?? []).toString('utf8')));
  const text = (name: string) => textSchema.parse(record[name]);
  const isLastNameOurs = text('LastName') === lastNameFor({ email: text('Email') });
  const isCompanyOurs = text('Company') === companyFor({ firstName: text('FirstName'), lastName: isLastNameOurs ? '' : text('LastName') });
  const kept = Object.entries(record).filter(([name]) => !((name === 'LastName' && isLastNameOurs) || (name === 'Company' && isCompanyOurs)));
  return Buffer.from(JSON.stringify(Object.fromEntries(kept)), 'utf8');
}
