import type { DeliveryReference } from '../contract.ts';
import { maskExchange, maskOutcome, maskTexts } from '../../channels/masking.ts';
import type { AttemptOutcome } from '../../domain/delivery/outcome.ts';
import type { DeliverDependencies, DeliveryContext } from './dependencies.ts';
import type { PreparedRequest } from './prepare-request.ts';
import type { Ended } from './record-end.ts';

/** Sends a prepared request once; gives what came of it and what the evidence may show of it. */
export async function sendPrepared(
  { http, tokens, rows, installation, clock }: DeliverDependencies,
  input: DeliveryReference,
  prepared: PreparedRequest,
  context: DeliveryContext,
): Promise<{ outcome: AttemptOutcome; captures: Record<string, string>; sent: Ended['sent']; notes: string[] }> {
  const { channel, destination, request, kept } = prepared;
  const { outcome, exchange, captures = {}, secrets = [], notes = [] } = await channel.send({
    config: destination,
    request,
    deliveryId: input.deliveryId,
    http,
    installation,
    tokens: tokens.of(input.buyer, input.destination),
    rows: rows.of(input.buyer, input.destination),
    signal: context.signal,
    now: clock,
  });
  const hidden = [...prepared.hidden, ...secrets];
  return { outcome: maskOutcome(outcome, hidden), captures: maskTexts(captures, hidden), sent: exchange ? maskExchange(exchange, kept.masked, hidden) : null, notes };
}
