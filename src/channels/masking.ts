import { createHash } from 'node:crypto';
import type { AttemptOutcome } from '../domain/delivery/outcome.ts';
import { blot, blotCut, maskText } from '../domain/masking/mask.ts';
import { spellingsOf } from '../domain/masking/spellings.ts';
import { decodeText } from '../domain/response/decode.ts';
import { readMediaType } from '../domain/response/media-type.ts';
import type { HttpExchange, HttpRequest, HttpResponse } from '../egress/http-client.ts';
import type { MaskedRequest, MaskedResponse } from '../store/records.ts';
import type { RenderedRequest } from './channel.ts';

type Headers = [name: string, value: string][];

/** What evidence keeps of one exchange, as a person may see it. */
export interface MaskedExchange {
  request: MaskedRequest;
  response: MaskedResponse | null;
  /** SHA-256, hex, of the exact bytes of the body as sent; null for a request without one. */
  bodySha256: string | null;
  address: string | null;
  timeToFirstByteMs: number | null;
}

/** Headers that an attempt adds and that hold no credential. Every other one that it adds is masked. */
const OPEN_ADDITIONS: ReadonlySet<string> = new Set(['idempotency-key', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'user-agent', 'content-type', 'accept', 'sforce-duplicate-rule-header']);
/** Masked wherever they come from. */
const ALWAYS_MASKED: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);
/** A shorter text stands in a message by chance; blotting it out would spoil the evidence and hide nothing. */
const SHORTEST_HIDDEN = 4;

/**
 * A request as it may be shown, made from the one rendered with masked values. `hidden` (secrets, sensitive values of the
 * lead) is blotted out of whatever still holds it. A body that is no text is shown as base64.
 */
export function maskRequest(request: RenderedRequest, hidden: readonly string[]): MaskedRequest {
  const forms = hiddenForms(hidden);
  const type = headerOf(request.headers, 'content-type');
  // A mask of asterisks is easier to read, and keeps its length, where the URL's escapes are undone.
  const unescaped = (text: string) => blot(text, forms).replaceAll('%2A', '*');
  const body = request.body === null ? null : readableText(request.body, type);
  return {
    method: request.method,
    url: unescaped(request.url),
    headers: request.headers.map(([name, value]) => [name, ALWAYS_MASKED.has(name.toLowerCase()) ? maskText(value) : blot(value, forms)]),
    body: body === null ? null : readMediaType(type).format === 'form' ? unescaped(body) : blot(body, forms),
  };
}

/**
 * The evidence of an exchange: `masked` (by `maskRequest`) with what the attempt added to it, credentials masked character
 * by character, and the answer without anything hidden that it may echo.
 */
export function maskExchange(exchange: HttpExchange, masked: MaskedRequest, hidden: readonly string[]): MaskedExchange {
  const { request, result } = exchange;
  const forms = hiddenForms([...hidden, ...addedCredentials(request.headers, masked.headers)]);
  return {
    request: maskSent(request, masked, hidden),
    response: result.kind === 'response' ? maskResponse(result, forms) : null,
    bodySha256: request.body === null ? null : createHash('sha256').update(request.body).digest('hex'),
    address: exchange.address ?? null,
    timeToFirstByteMs: exchange.timeToFirstByteMs ?? null,
  };
}

/** A request as it leaves, given what was rendered as `masked` (by `maskRequest`): what the attempt added is masked, but for what is no credential. */
export function maskSent(sent: HttpRequest, masked: MaskedRequest, hidden: readonly string[]): MaskedRequest {
  const forms = hiddenForms(hidden);
  return {
    ...masked,
    url: withMaskedAdditions(withSentOrigin(masked.url, sent.url, forms), sent.url),
    headers: sent.headers.map(([name, value]) => [name, maskedHeader(name, value, masked.headers, forms)]),
  };
}

/** An outcome whose texts come from the buyer's answer, without anything hidden that the answer echoes. */
export function maskOutcome(outcome: AttemptOutcome, hidden: readonly string[]): AttemptOutcome {
  const forms = hiddenForms(hidden);
  const masked = outcome.reason === undefined ? outcome : { ...outcome, reason: blotExcerpt(outcome.reason, forms) };
  if (masked.outcome === 'error' || masked.recipientId === undefined) return masked;
  return { ...masked, recipientId: blotExcerpt(masked.recipientId, forms) };
}

/** Texts of the buyer's answer, by names of the configuration, without anything hidden that the answer echoes. */
export function maskTexts(texts: Record<string, string>, hidden: readonly string[]): Record<string, string> {
  const forms = hiddenForms(hidden);
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, blot(text, forms)]));
}

function maskResponse({ status, headers, body, bodyTruncated }: HttpResponse, forms: string[]): MaskedResponse {
  const text = readableText(body, headerOf(headers, 'content-type'));
  return { status, headers: headers.map(([name, value]) => [name, blot(value, forms)]), body: bodyTruncated ? blotCut(text, forms, [text.length]) : blot(text, forms), bodyTruncated };
}

/** A text that quotes an answer: each "…" may stand for the rest of something hidden. */
function blotExcerpt(text: string, forms: string[]): string {
  return blotCut(text, forms, [...text.matchAll(/…/g)].map(({ index }) => index));
}

function maskedHeader(name: string, value: string, shown: Headers, forms: string[]): string {
  const lower = name.toLowerCase();
  if (ALWAYS_MASKED.has(lower)) return maskText(value);
  return headerOf(shown, name) ?? (OPEN_ADDITIONS.has(lower) ? blot(value, forms) : maskText(value));
}

/** Values of credential headers, and what follows their scheme, for an answer that repeats the request. */
function addedCredentials(sent: Headers, shown: Headers): string[] {
  return sent.flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    const isOpen = !ALWAYS_MASKED.has(lower) && (OPEN_ADDITIONS.has(lower) || headerOf(shown, name) !== undefined);
    return isOpen ? [] : [value, value.replace(/^\S+ +/, '')];
  });
}

/** A path that was rendered alone left for an address that came with the token, and that may have a path itself. */
function withSentOrigin(shown: string, sent: string, forms: string[]): string {
  if (!shown.startsWith('/') || !URL.canParse(sent)) return shown;
  const base = sent.endsWith(shown) ? sent.slice(0, -shown.length) : new URL(sent).origin;
  return `${blot(base, forms)}${shown}`;
}

/** Appends the parameters that only the URL as sent has: they were added with the attempt, so they are credentials. */
function withMaskedAdditions(shown: string, sent: string): string {
  const known = parameterNames(shown);
  let url = shown;
  for (const [name, value] of parametersOf(sent)) {
    const at = known.indexOf(name);
    if (at >= 0) known.splice(at, 1);
    else url += `${url.includes('?') ? '&' : '?'}${name}=${maskText(value)}`;
  }
  return url;
}

function parametersOf(url: string): [name: string, value: string][] {
  const query = /\?([^#]*)/.exec(url)?.[1] ?? '';
  return query.split('&').flatMap((pair): [string, string][] => {
    const [name = '', ...value] = pair.split('=');
    return pair === '' ? [] : [[name, decoded(value.join('='))]];
  });
}

function parameterNames(url: string): string[] {
  return parametersOf(url).map(([name]) => name);
}

function decoded(value: string): string {
  return new URLSearchParams(`v=${value}`).get('v') ?? value;
}

function headerOf(headers: Headers, name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name.toLowerCase())?.[1];
}

/** A body as text. Bytes that no text has (zero bytes, but for UTF-16) are shown as base64. */
function readableText(body: Uint8Array, contentType: string | undefined): string {
  const text = decodeText(body, readMediaType(contentType).charset);
  return text.includes('\u0000') ? `base64:${Buffer.from(body).toString('base64')}` : text;
}

/** A hidden text as it may stand in JSON, in a URL or form, in XML and in base64. */
function hiddenForms(hidden: readonly string[]): string[] {
  return [...new Set(hidden.flatMap(spellingsOf))].filter((form) => form.length >= SHORTEST_HIDDEN);
}
