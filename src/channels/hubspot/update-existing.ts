import type { AttemptOutcome, DeliveryError } from '../../domain/delivery/outcome.ts';
import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { HttpExchange } from '../../egress/http-client.ts';
import type { RenderedRequest, SendResult } from '../channel.ts';
import { contactUrl } from './addresses.ts';
import type { HubspotConfig } from './config.ts';
import { delivered, readContactAnswer } from './read-answer.ts';

/** The contact to be updated, and what with. */
export interface UpdateOrder {
  config: HubspotConfig;
  /** The create that was refused: its bytes say what the contact shall be. */
  request: RenderedRequest;
  existingId: string;
  ask: (request: RenderedRequest) => Promise<HttpExchange>;
  now: Date;
}

/** What became of an update. */
export interface Updated {
  result: Omit<SendResult, 'exchange'>;
  exchange: HttpExchange;
}

/** Puts the lead's values onto a contact that is there already. Doing it twice comes to the same, so a lost answer does no harm. */
export async function updateExisting({ config, request, existingId, ask, now }: UpdateOrder): Promise<Updated> {
  const exchange = await ask({ ...request, method: 'PATCH', url: contactUrl(config, existingId) });
  const { result, requestWritten, address } = exchange;
  const failed = (outcome: AttemptOutcome) => ({ exchange, result: { outcome: told(outcome, existingId) } });
  if (result.kind === 'fault') return failed(faultOutcome(result, requestWritten, { timeoutMs: config.timeoutMs, ...(address === undefined ? {} : { address }) }));
  if (result.status === 404) return failed(goneMeanwhile());
  const answer = readContactAnswer(result, now);
  switch (answer.said) {
    case 'saved': {
      const note = `they had this contact already (409): an existing contact, ${existingId}, was updated (PATCH, HTTP ${result.status})`;
      return { exchange, result: { ...delivered(config, answer.contactId, answer.url), notes: [note] } };
    }
    case 'duplicate':
      return failed(conflict());
    case 'refused':
      return failed(answer.outcome);
  }
}

function told<Outcome extends AttemptOutcome>(outcome: Outcome, existingId: string): Outcome {
  return { ...outcome, reason: `HubSpot has a contact of this email already (${existingId}), and updating it did not succeed. ${outcome.reason ?? ''}` };
}

/** Deleted or merged between the two requests: the next create finds out which. */
function goneMeanwhile(): DeliveryError {
  return { outcome: 'error', kind: 'transient', code: 'http-status', reason: 'HTTP 404 from HubSpot: the contact has been deleted or merged meanwhile; the lead is sent again' };
}

function conflict(): DeliveryError {
  return { outcome: 'error', kind: 'permanent', code: 'rule', reason: 'HTTP 409 from HubSpot: another contact has a value of this lead that they want to be unique. Check which properties of theirs are unique, and what `map` sends to them' };
}
