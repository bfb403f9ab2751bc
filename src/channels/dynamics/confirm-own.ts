import { z } from 'zod';
import type { DeliveryError } from '../../domain/delivery/outcome.ts';
import { readAnswer } from '../../domain/response/answer.ts';
import { retryAfterOf } from '../../domain/response/by-status.ts';
import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { SendResult } from '../channel.ts';
import { leadUrl } from './addresses.ts';
import type { DynamicsConfig } from './config.ts';
import { type Conversation, readRequest } from './conversation.ts';
import { readError } from './error-body.ts';
import { delivered } from './results.ts';

const recordSchema = z.object({ leadid: z.guid() });

/** `ObjectDoesNotExist` ("Web service error codes"). */
const NOT_THERE = '0x80040217';
const ARRIVED_BEFORE = 'the record was there already: an earlier attempt of this delivery had arrived';

/**
 * After a 412: is it our record that is there? Mostly it is, made by an earlier attempt whose answer was lost. But the same
 * error comes for a unique key of theirs, such as the email, and then this lead is nowhere: only looking tells them apart.
 */
export async function confirmOwn({ ask, timeoutMs }: Conversation, config: DynamicsConfig, deliveryId: string, now: Date): Promise<Omit<SendResult, 'exchange'>> {
  const { result, requestWritten, address } = await ask(readRequest(`${leadUrl(config, deliveryId)}?$select=leadid`));
  const ownId = config.alternateKey === undefined ? deliveryId : null;
  if (result.kind === 'fault') {
    const { code } = faultOutcome(result, requestWritten, { timeoutMs, ...(address === undefined ? {} : { address }) });
    return { outcome: undecided(code, result.code) };
  }
  const answer = readAnswer(result, undefined);
  if (result.status === 200) {
    const parsed = recordSchema.safeParse(answer.body.kind === 'json' ? answer.body.value : null);
    return { ...delivered(config, parsed.success ? parsed.data.leadid.toLowerCase() : ownId), notes: [ARRIVED_BEFORE] };
  }
  if (readError(result).code === NOT_THERE) {
    const reason = 'Dynamics refuses this lead: another record has a value that one of their alternate keys wants to be unique. Check the keys of the Lead table, and which of their columns we send';
    return { outcome: { outcome: 'failure', billable: false, reason } };
  }
  // With a 401 the token has ended since the create: the next attempt gets another one.
  if (result.status === 401 || result.status === 429 || result.status >= 500) {
    const retryAfterMs = retryAfterOf(answer, now);
    return { outcome: { ...undecided('http-status', `HTTP ${result.status}`), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } };
  }
  return { ...delivered(config, ownId), notes: [`${ARRIVED_BEFORE}, by their answer to this one (412); it could not be looked up (HTTP ${result.status})`] };
}

function undecided(code: DeliveryError['code'], why: string): DeliveryError {
  const reason = `Dynamics says that the record is there already, and could not be asked whether it is this lead’s (${why}). It is asked again; if it goes on, look for the lead in Dynamics`;
  return { outcome: 'error', kind: 'unknown', code, reason };
}
