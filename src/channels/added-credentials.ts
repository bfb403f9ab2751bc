import { maskText, type Redactions } from '../domain/masking/mask.ts';
import type { HttpRequest } from '../egress/http-client.ts';
import type { MaskedRequest } from '../store/records.ts';
import type { RenderedRequest } from './channel.ts';

/** The rendered request of an attempt, and the same as it may be shown (by `maskRequest`). */
export interface Rendered {
  request: RenderedRequest;
  masked: MaskedRequest;
}

type Headers = readonly [name: string, value: string][];

/** Headers that an attempt adds and that hold no credential. Every other one that it adds is masked. */
const OPEN_ADDITIONS: ReadonlySet<string> = new Set([
  'idempotency-key',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
  'user-agent',
  'content-type',
  'accept',
  'sforce-duplicate-rule-header',
]);
/** Masked wherever they come from. */
const ALWAYS_MASKED: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

/** True for a header that is a credential by its name, whether it was rendered or added. */
export function isCredentialHeader(name: string): boolean {
  return ALWAYS_MASKED.has(name.toLowerCase());
}

/** The credentials in a request as it left: values of headers and parameters that the attempt added to what was rendered. */
export function addedCredentials(sent: HttpRequest, rendered: RenderedRequest): string[] {
  const isOpen = (name: string) => !isCredentialHeader(name) && (OPEN_ADDITIONS.has(name.toLowerCase()) || headerOf(rendered.headers, name) !== undefined);
  return [...sent.headers.flatMap(([name, value]) => (isOpen(name) ? [] : [value])), ...addedParameters(sent.url, rendered.url).map(([, value]) => value)];
}

/** A request as it left, as it may be shown: what the attempt added is masked, but for what holds no credential. */
export function maskSent(sent: HttpRequest, { request, masked }: Rendered, redactions: Redactions): MaskedRequest {
  const added = addedParameters(sent.url, request.url).map(([name, value]) => `${name}=${maskText(value)}`);
  const url = withSentOrigin(masked.url, sent.url, redactions);
  return {
    ...masked,
    url: added.length === 0 ? url : `${url}${url.includes('?') ? '&' : '?'}${added.join('&')}`,
    headers: sent.headers.map(([name, value]) => [name, maskedHeader(name, value, masked.headers, redactions)]),
  };
}

function maskedHeader(name: string, value: string, shown: Headers, redactions: Redactions): string {
  if (isCredentialHeader(name)) return maskText(value);
  return headerOf(shown, name) ?? (OPEN_ADDITIONS.has(name.toLowerCase()) ? redactions.redact(value) : maskText(value));
}

/** A path that was rendered alone left for an address that came with the token, and that may have a path itself. */
function withSentOrigin(shown: string, sent: string, redactions: Redactions): string {
  if (!shown.startsWith('/') || !URL.canParse(sent)) return shown;
  const base = sent.endsWith(shown) ? sent.slice(0, -shown.length) : new URL(sent).origin;
  return `${redactions.redact(base)}${shown}`;
}

/** The parameters that only the URL as sent has. */
function addedParameters(sent: string, rendered: string): [name: string, value: string][] {
  const known = new Map<string, number>();
  for (const [name] of parametersOf(rendered)) known.set(name, (known.get(name) ?? 0) + 1);
  return parametersOf(sent).filter(([name]) => {
    const left = known.get(name) ?? 0;
    known.set(name, left - 1);
    return left <= 0;
  });
}

/** The parameters of a URL's query, decoded, in their order. */
export function parametersOf(url: string): [name: string, value: string][] {
  const query = /\?([^#]*)/.exec(url)?.[1] ?? '';
  return query.split('&').flatMap((pair): [string, string][] => {
    const [name = '', ...value] = pair.split('=');
    return pair === '' ? [] : [[name, decoded(value.join('='))]];
  });
}

function decoded(value: string): string {
  return new URLSearchParams(`v=${value}`).get('v') ?? value;
}

/** The value of the first header of this name, in any case. */
export function headerOf(headers: Headers, name: string): string | undefined {
  const lower = name.toLowerCase();
  return headers.find(([candidate]) => candidate.toLowerCase() === lower)?.[1];
}
