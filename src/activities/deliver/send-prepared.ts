import type { DeliveryReference } from '../contract.ts';
import type { Doubt } from '../../channels/channel.ts';
import { showResult } from '../../channels/shown-result.ts';
import type { TokenAccess } from '../../channels/tokens/access.ts';
import type { AttemptOutcome } from '../../domain/delivery/outcome.ts';
import { recordExchanges } from '../../egress/exchange-recorder.ts';
import type { HttpClient } from '../../egress/http-client.ts';
import type { DeliverDependencies, DeliveryContext } from './dependencies.ts';
import { withFurtherTurns, type FurtherTurn } from './further-turns.ts';
import type { PreparedRequest } from './prepare-request.ts';
import { suppressedOutcome } from './suppressed.ts';
import type { Ended } from './record-end.ts';

/** What sending needs of the world. */
export type SendDependencies = Pick<DeliverDependencies, 'http' | 'tokens' | 'rows' | 'installation' | 'clock'> & { store: Pick<DeliverDependencies['store'], 'suppressions'> };

/** What came of sending once. */
export interface Sent {
  outcome: AttemptOutcome;
  captures: Record<string, string>;
  /** What the evidence may show. */
  sent: Ended['sent'];
  notes: string[];
  /** The recipient, where they have opted out. */
  optedOut: string | null;
}

/**
 * Sends a prepared request once; gives what came of it and what the evidence may show of it. While an attempt before may have arrived,
 * a channel that can look it up does that first, and sends only what was not taken.
 */
export async function sendPrepared(
  { store, http, tokens, rows, installation, clock }: SendDependencies,
  input: Pick<DeliveryReference, 'buyer' | 'destination' | 'deliveryId'>,
  prepared: PreparedRequest,
  doubt: Doubt | null,
  context: Pick<DeliveryContext, 'signal'> & { furtherTurn?: FurtherTurn },
): Promise<Sent> {
  const { channel, destination, request, kept } = prepared;
  const recipients = channel.recipients(request);
  const suppressed = recipients.length === 0 ? [] : await store.suppressions.find(recipients);
  if (suppressed.length > 0) return { outcome: suppressedOutcome(suppressed), captures: {}, sent: null, notes: [], optedOut: null };
  const order = {
    config: destination,
    request,
    deliveryId: input.deliveryId,
    http,
    installation,
    tokens: tokens.of(input.buyer, input.destination),
    rows: rows.of(input.buyer, input.destination),
    signal: context.signal,
    now: clock,
  };
  const isLookedUp = doubt !== null && channel.canReconcile(destination);
  const found = isLookedUp ? await channel.reconcile({ ...order, doubt }) : null;
  const { furtherTurn } = context;
  const recorder = recordExchanges(furtherTurn === undefined ? http : withFurtherTurns(http, furtherTurn), clock);
  const result = found ?? (await channel.send({ ...order, http: recorder.http, tokens: asked(order.tokens, http) }));
  const rendered = { request, masked: kept.masked };
  const shown = showResult(result, { rendered, exchanges: recorder.exchanges, redactions: prepared.redactions, isLookUp: found !== null });
  const notes = isLookedUp && found === null ? [...shown.notes, SENT_AFTER_LOOK_UP] : shown.notes;
  return { ...shown, notes, optedOut: result.optedOut ?? null };
}

const SENT_AFTER_LOOK_UP = 'an attempt before might have arrived; the provider was asked and does not have it, so it was sent again';

/** Token calls are no requests of the lead's, and hold nothing but credentials: they go past the recorder. */
function asked(tokens: TokenAccess, http: HttpClient): TokenAccess {
  return { current: (request) => tokens.current({ ...request, http }), renew: (request, refused) => tokens.renew({ ...request, http }, refused) };
}
