import { z } from 'zod';
import { maskText } from '../domain/masking/mask.ts';
import type { TimedExchange } from '../egress/exchange-recorder.ts';
import type { HttpRequest } from '../egress/http-client.ts';
import type { FurtherExchange, MaskedRequest } from '../store/records.ts';
import type { RenderedRequest } from './channel.ts';
import { maskExchange, maskRequest } from './masking.ts';

/** The rendered request of an attempt, and the same as it may be shown. */
export interface Rendered {
  request: RenderedRequest;
  masked: MaskedRequest;
}

/**
 * The evidence of one of an attempt's further exchanges. One that sends what was rendered is shown as that; of one that was made of
 * it (an update, a look-up) nothing may be seen that the rendered one hides, however the mapping had transformed it.
 */
export function furtherEvidence({ startedAt, durationMs, exchange }: TimedExchange, rendered: Rendered, hidden: readonly string[]): FurtherExchange {
  const shown = shownOf(exchange.request, rendered, hidden);
  const fault = exchange.result.kind === 'fault' ? exchange.result.fault : null;
  return { startedAt, durationMs, ...maskExchange(exchange, shown, hidden), fault };
}

function shownOf(sent: HttpRequest, { request, masked }: Rendered, hidden: readonly string[]): MaskedRequest {
  const isSameBody = sent.body === request.body || Buffer.from(sent.body ?? []).equals(Buffer.from(request.body ?? []));
  // Path or whole address, and whatever the attempt added to either.
  if (isSameBody && sent.method === request.method && sent.url.includes(request.url)) return masked;
  const transformed = isSameBody ? [] : hiddenTexts(request.body, masked.body);
  const shown = maskRequest(sent, [...hidden, ...(transformed ?? [])]);
  if (isSameBody) return { ...shown, body: masked.body };
  // Where nobody can tell what the rendered one hides, nothing is shown.
  return transformed === null && shown.body !== null ? { ...shown, body: maskText(shown.body) } : shown;
}

const jsonSchema = z.json();
type Json = z.output<typeof jsonSchema>;

/** Texts of a JSON body that are others where it is shown; null where the two cannot be compared. */
function hiddenTexts(body: Uint8Array | null, shown: string | null): string[] | null {
  if (body === null) return [];
  const [whole, masked] = [parsed(Buffer.from(body).toString('utf8')), parsed(shown ?? '')];
  return whole === undefined || masked === undefined ? null : differing(whole, masked);
}

function differing(whole: Json, masked: Json | undefined): string[] {
  if (Array.isArray(whole)) return whole.flatMap((element, index) => differing(element, Array.isArray(masked) ? masked[index] : undefined));
  if (typeof whole === 'object' && whole !== null) {
    const others = typeof masked === 'object' && masked !== null && !Array.isArray(masked) ? masked : {};
    return Object.entries(whole).flatMap(([name, value]) => differing(value, others[name]));
  }
  return whole === masked || whole === null ? [] : [String(whole)];
}

function parsed(text: string): Json | undefined {
  try {
    return jsonSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
