import type { AttemptOutcome } from '../domain/delivery/outcome.ts';
import { Redactions } from '../domain/masking/mask.ts';
import type { TimedExchange } from '../egress/exchange-recorder.ts';
import type { FurtherExchange } from '../store/records.ts';
import { addedCredentials, type Rendered } from './added-credentials.ts';
import type { SendResult } from './channel.ts';
import { furtherEvidence } from './further-evidence.ts';
import { maskExchange, maskOutcome, maskRequest, maskTexts, redactExcerpt, type MaskedExchange } from './masking.ts';
import { transformedTexts } from './transformed-texts.ts';

/** What came of sending, as people and sources may see it. */
export interface ShownResult {
  outcome: AttemptOutcome;
  captures: Record<string, string>;
  notes: string[];
  /** The evidence; null when no request left. */
  sent: (MaskedExchange & { furtherExchanges: FurtherExchange[] }) | null;
}

/** One attempt's requests. */
export interface AttemptRequests {
  rendered: Rendered;
  /** Every exchange of the attempt, the one of the result included. */
  exchanges: readonly TimedExchange[];
  /** Secrets of the destination, and the lead's sensitive values. */
  redactions: Redactions;
  /** True when the result is that of a look-up: a request of its own, of which nothing was rendered. */
  isLookUp: boolean;
}

/**
 * Hides from everything that came with an attempt's answers what may not be shown: secrets, the lead's sensitive values, and the
 * credentials that any of the attempt's requests left with, and what a mapping made of the values. One list serves outcome, captures, notes and all evidence, since one
 * answer may repeat what left with another request.
 */
export function showResult({ outcome, exchange, captures = {}, secrets = [], notes = [] }: SendResult, { rendered, exchanges, redactions: known, isLookUp }: AttemptRequests): ShownResult {
  const others = exchanges.filter((other) => other.exchange !== exchange);
  const requests = [...(exchange ? [exchange] : []), ...others.map((other) => other.exchange)].map(({ request }) => request);
  const transformed = transformedTexts(rendered);
  const credentials = [...secrets, ...requests.flatMap((request) => addedCredentials(request, rendered.request))];
  const redactions = known.with(Redactions.ofLasting(credentials)).and(transformed ?? []);
  const shown = exchange && isLookUp ? { request: exchange.request, masked: maskRequest(exchange.request, redactions) } : rendered;
  return {
    outcome: maskOutcome(outcome, redactions),
    captures: maskTexts(captures, redactions),
    notes: notes.map((note) => redactExcerpt(note, redactions)),
    sent: exchange ? { ...maskExchange(exchange, shown, redactions), furtherExchanges: others.map((other) => furtherEvidence(other, { rendered, redactions, isBodyKnown: transformed !== null })) } : null,
  };
}
