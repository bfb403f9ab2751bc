import { maskText, type Redactions } from '../domain/masking/mask.ts';
import type { TimedExchange } from '../egress/exchange-recorder.ts';
import type { HttpRequest } from '../egress/http-client.ts';
import type { FurtherExchange } from '../store/records.ts';
import type { Rendered } from './added-credentials.ts';
import { maskExchange, maskRequest } from './masking.ts';

/** How an attempt's further exchanges may be shown. */
export interface Shown {
  rendered: Rendered;
  /** With what the mapping made of sensitive values (`transformedTexts`), as far as that is known. */
  redactions: Redactions;
  /** False when what the rendered body hides cannot be told. */
  isBodyKnown: boolean;
}

/**
 * The evidence of one of an attempt's further exchanges. One that sends what was rendered is shown as that; of one that was made of
 * it (an update, a look-up) nothing may be seen that the rendered one hides, however the mapping had transformed it.
 */
export function furtherEvidence({ startedAt, durationMs, exchange }: TimedExchange, shown: Shown): FurtherExchange {
  const fault = exchange.result.kind === 'fault' ? exchange.result.fault : null;
  return { startedAt, durationMs, ...maskExchange(exchange, shownAs(exchange.request, shown), shown.redactions), fault };
}

function shownAs(sent: HttpRequest, { rendered, redactions, isBodyKnown }: Shown): Rendered {
  const { request, masked } = rendered;
  const isSameBody = sent.body === request.body || Buffer.from(sent.body ?? []).equals(Buffer.from(request.body ?? []));
  // Path or whole address, and whatever the attempt added to either.
  if (isSameBody && sent.method === request.method && sent.url.includes(request.url)) return rendered;
  const own = maskRequest(sent, redactions);
  if (isSameBody) return { request: sent, masked: { ...own, body: masked.body } };
  return { request: sent, masked: !isBodyKnown && own.body !== null ? { ...own, body: maskText(own.body) } : own };
}
