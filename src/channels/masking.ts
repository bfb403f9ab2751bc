import { createHash } from 'node:crypto';
import type { AttemptOutcome } from '../domain/delivery/outcome.ts';
import { maskText, type Redactions } from '../domain/masking/mask.ts';
import { decodeText } from '../domain/response/decode.ts';
import { readMediaType } from '../domain/response/media-type.ts';
import type { HttpExchange, HttpResponse } from '../egress/http-client.ts';
import type { MaskedRequest, MaskedResponse } from '../store/records.ts';
import { headerOf, isCredentialHeader, maskSent, type Rendered } from './added-credentials.ts';
import type { RenderedRequest } from './channel.ts';

/** What evidence keeps of one exchange, as a person may see it. */
export interface MaskedExchange {
  request: MaskedRequest;
  response: MaskedResponse | null;
  /** SHA-256, hex, of the exact bytes of the body as sent; null for a request without one. */
  bodySha256: string | null;
  address: string | null;
  timeToFirstByteMs: number | null;
}

/** A request as it may be shown, made from the one rendered with masked values. A body that is not text is shown as base64. */
export function maskRequest(request: RenderedRequest, redactions: Redactions): MaskedRequest {
  const type = headerOf(request.headers, 'content-type');
  // A mask of asterisks is easier to read, and keeps its length, where the URL's escapes are undone.
  const unescaped = (text: string) => text.replaceAll('%2A', '*');
  const body = request.body === null ? null : redactBody(request.body, type, { redactions, isCut: false });
  return {
    method: request.method,
    url: unescaped(redactions.redact(request.url)),
    headers: request.headers.map(([name, value]) => [name, isCredentialHeader(name) ? maskText(value) : redactions.redact(value)]),
    body: body !== null && readMediaType(type).format === 'form' ? unescaped(body) : body,
  };
}

/**
 * The evidence of an exchange: what was rendered with what the attempt added to it, and the answer without anything hidden that
 * it repeats. `redactions` have to hold the credentials that the attempt added (`addedCredentials`).
 */
export function maskExchange(exchange: HttpExchange, rendered: Rendered, redactions: Redactions): MaskedExchange {
  const { request, result } = exchange;
  return {
    request: maskSent(request, rendered, redactions),
    response: result.kind === 'response' ? maskResponse(result, redactions) : null,
    bodySha256: request.body === null ? null : createHash('sha256').update(request.body).digest('hex'),
    address: exchange.address ?? null,
    timeToFirstByteMs: exchange.timeToFirstByteMs ?? null,
  };
}

const HIDDEN_REASON =
  'What the buyer answered is hidden: this lead has so many sensitive values, or such long ones, that they are not looked for one by one. Check the field types of the source.';

/** An outcome whose texts come from the buyer's answer, without anything hidden that the answer repeats. */
export function maskOutcome(outcome: AttemptOutcome, redactions: Redactions): AttemptOutcome {
  const { reason } = outcome;
  const masked = reason === undefined ? outcome : { ...outcome, reason: redactions.hidesEverything ? HIDDEN_REASON : redactExcerpt(reason, redactions) };
  if (masked.outcome === 'error' || masked.recipientId === undefined) return masked;
  return { ...masked, recipientId: redactExcerpt(masked.recipientId, redactions) };
}

/** Texts of the buyer's answer, by names of the configuration, without anything hidden that the answer repeats. */
export function maskTexts(texts: Readonly<Record<string, string>>, redactions: Redactions): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, redactExcerpt(text, redactions)]));
}

/** A text that quotes an answer: each "…" may stand for the rest of something hidden. */
export function redactExcerpt(text: string, redactions: Redactions): string {
  return redactions.redact(
    text,
    [...text.matchAll(/…/g)].map(({ index }) => index),
  );
}

function maskResponse({ status, headers, body, bodyTruncated }: HttpResponse, redactions: Redactions): MaskedResponse {
  return {
    status,
    headers: headers.map(([name, value]) => [redactions.redact(name), redactions.redact(value)]),
    body: redactBody(body, headerOf(headers, 'content-type'), { redactions, isCut: bodyTruncated }),
    bodyTruncated,
  };
}

/** A body as text. Bytes that no text has (zero bytes, but for UTF-16) are shown as base64, of what may be shown of them. */
function redactBody(body: Uint8Array, contentType: string | undefined, { redactions, isCut }: { redactions: Redactions; isCut: boolean }): string {
  const text = decodeText(body, readMediaType(contentType).charset);
  if (!text.includes('\u0000')) return redactions.redact(text, isCut ? [text.length] : []);
  const bytes = redactions.redact(Buffer.from(body).toString('latin1'), isCut ? [body.length] : []);
  return `base64:${Buffer.from(bytes, 'latin1').toString('base64')}`;
}
