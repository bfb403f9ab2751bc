import { z } from 'zod';
import type { DeliveryError } from '../../domain/delivery/outcome.ts';
import { readAnswer } from '../../domain/response/answer.ts';
import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { HttpRequest } from '../../egress/http-client.ts';
import type { RenderedRequest, SendResult } from '../channel.ts';
import { leadsUrl } from './addresses.ts';
import type { DynamicsConfig } from './config.ts';
import { type Conversation, readRequest } from './conversation.ts';
import { readCreateAnswer } from './read-answer.ts';
import { delivered, refusedAsDuplicate } from './results.ts';
import { withoutStandIns } from './stand-ins.ts';

const foundSchema = z.object({ value: z.array(z.object({ leadid: z.guid() })) });
/** A column that `map` filled with something else than a text is not looked for. */
const searchedTextSchema = z.string().optional().catch(undefined);
const searchedSchema = z.object({ emailaddress1: searchedTextSchema, mobilephone: searchedTextSchema, telephone1: searchedTextSchema });

type Result = Omit<SendResult, 'exchange'>;

/**
 * The create was refused as a duplicate: the newest lead with the same email, or else phone, gets this one's values instead.
 * Doing it twice comes to the same, so a lost answer does no harm.
 */
export async function updateDuplicate(talk: Conversation, config: DynamicsConfig, request: RenderedRequest, words: string, now: Date): Promise<Result> {
  const filter = filterOf(request);
  if (filter === null) return { outcome: refusedAsDuplicate(config, words) };
  const search = await talk.ask(readRequest(`${leadsUrl(config)}?$select=leadid&$filter=${encodeURIComponent(filter)}&$orderby=${encodeURIComponent('createdon desc')}&$top=1`));
  if (search.result.kind === 'fault') {
    const { code } = faultOutcome(search.result, search.requestWritten, { timeoutMs: talk.timeoutMs });
    return { outcome: notFoundOut(code, search.result.code) };
  }
  const found = readCreateAnswer(search.result, now);
  if (found.said === 'error') return { outcome: later({ ...found.error, ...(found.error.kind === 'unknown' ? { kind: 'transient' } : {}) }) };
  const { body } = readAnswer(search.result, undefined);
  const parsed = foundSchema.safeParse(body.kind === 'json' ? body.value : null);
  if (!parsed.success) return { outcome: notFoundOut('unreadable-answer', `HTTP ${search.result.status}, without a list of leads`) };
  const recordId = parsed.data.value[0]?.leadid.toLowerCase();
  if (recordId === undefined) return { outcome: refusedAsDuplicate(config, words) };
  return update(talk, config, request, recordId, now);
}

async function update(talk: Conversation, config: DynamicsConfig, request: RenderedRequest, recordId: string, now: Date): Promise<Result> {
  const { result, requestWritten, address } = await talk.ask(updateRequest(config, request, recordId));
  if (result.kind === 'fault') return { outcome: faultOutcome(result, requestWritten, { timeoutMs: talk.timeoutMs, ...(address === undefined ? {} : { address }) }) };
  const answer = readCreateAnswer(result, now);
  switch (answer.said) {
    case 'created':
      return { ...delivered(config, recordId), notes: ['they had this lead already, by their duplicate detection; that record was updated'] };
    case 'there':
    case 'duplicate':
      return { outcome: refusedAsDuplicate(config, answer.said === 'duplicate' ? answer.words : '') };
    case 'error':
      return { outcome: later(answer.error) };
  }
}

/** The token was good a moment ago: the next attempt gets another one, and nobody has to see to the destination. */
function later(error: DeliveryError): DeliveryError {
  return error.code === 'unauthorized' ? { ...error, kind: 'transient', code: 'http-status' } : error;
}

/** `If-Match: *` never creates (Dataverse: "Prevent create in upsert"). The record that was found is a duplicate of others, maybe: not asked again. */
function updateRequest(config: DynamicsConfig, request: RenderedRequest, recordId: string): HttpRequest {
  const headers = request.headers.filter(([name]) => !['if-none-match', 'mscrm.suppressduplicatedetection'].includes(name.toLowerCase()));
  return { method: 'PATCH', url: `${leadsUrl(config)}(${recordId})`, headers: [...headers, ['If-Match', '*'], ['MSCRM.SuppressDuplicateDetection', 'true']], body: withoutStandIns(request.body) };
}

/** What the lead is looked for by, as OData: quotes within a text are doubled. */
function filterOf({ body }: RenderedRequest): string | null {
  const { emailaddress1, mobilephone, telephone1 } = searchedSchema.parse(JSON.parse(Buffer.from(body ?? []).toString('utf8')));
  const by = (column: string, value: string | undefined) => (value === undefined || value === '' ? null : `${column} eq '${value.replaceAll("'", "''")}'`);
  return by('emailaddress1', emailaddress1) ?? by('mobilephone', mobilephone) ?? by('telephone1', telephone1);
}

function notFoundOut(code: DeliveryError['code'], why: string): DeliveryError {
  return { outcome: 'error', kind: 'transient', code, reason: `Dynamics has this lead already, and did not say which record it is (${why}); nothing was changed. It is tried again` };
}
