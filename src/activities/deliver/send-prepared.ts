import type { DeliveryReference } from '../contract.ts';
import { maskExchange, maskOutcome, maskTexts } from '../../channels/masking.ts';
import type { AttemptOutcome } from '../../domain/delivery/outcome.ts';
import type { DeliverDependencies, DeliveryContext } from './dependencies.ts';
import type { PreparedRequest } from './prepare-request.ts';
import { suppressedOutcome } from './suppressed.ts';
import type { Ended } from './record-end.ts';

/** What sending needs of the world. */
export type SendDependencies = Pick<DeliverDependencies, 'http' | 'tokens' | 'installation' | 'clock'> & { store: Pick<DeliverDependencies['store'], 'suppressions'> };

/** Sends a prepared request once; gives what came of it and what the evidence may show of it. */
export async function sendPrepared(
  { store, http, tokens, installation, clock }: SendDependencies,
  input: Pick<DeliveryReference, 'buyer' | 'destination' | 'deliveryId'>,
  prepared: PreparedRequest,
  context: Pick<DeliveryContext, 'signal'>,
): Promise<{ outcome: AttemptOutcome; captures: Record<string, string>; sent: Ended['sent']; notes: string[] }> {
  const { channel, destination, request, kept } = prepared;
  const recipients = channel.recipients(request);
  const suppressed = recipients.length === 0 ? [] : await store.suppressions.find(recipients);
  if (suppressed.length > 0) return { outcome: suppressedOutcome(suppressed), captures: {}, sent: null, notes: [] };
  const { outcome, exchange, captures = {}, secrets = [], notes = [] } = await channel.send({
    config: destination,
    request,
    deliveryId: input.deliveryId,
    http,
    installation,
    tokens: tokens.of(input.buyer, input.destination),
    signal: context.signal,
    now: clock,
  });
  const hidden = [...prepared.hidden, ...secrets];
  return { outcome: maskOutcome(outcome, hidden), captures: maskTexts(captures, hidden), sent: exchange ? maskExchange(exchange, kept.masked, hidden) : null, notes };
}
