import type { HttpRequest, HttpResponse } from './http-client.ts';

/** Headers that may follow to another origin. Any other may be a credential of the first. */
const OPEN_HEADERS: ReadonlySet<string> = new Set(['accept', 'content-type', 'user-agent', 'idempotency-key', 'webhook-id', 'webhook-timestamp', 'webhook-signature']);
/** Headers of a body that is not sent again. */
const BODY_HEADERS: ReadonlySet<string> = new Set(['content-type', 'content-encoding', 'content-language', 'content-location']);

/**
 * The request that follows a redirect (RFC 9110 15.4), or null where none does: no redirect, no readable address, or one that leaves
 * https. 307 and 308 send the same again; after 301, 302 and 303 a POST has been taken, and what it led to is fetched by GET.
 */
export function redirectedRequest({ method, url, headers, body }: HttpRequest, { status, headers: answered }: HttpResponse): HttpRequest | null {
  if (![301, 302, 303, 307, 308].includes(status)) return null;
  const location = answered.find(([name]) => name === 'location')?.[1];
  if (location === undefined || !URL.canParse(location, url)) return null;
  const target = new URL(location, url);
  const from = new URL(url);
  if (target.protocol !== 'https:' && (target.protocol !== 'http:' || from.protocol === 'https:')) return null;
  if (target.username !== '' || target.password !== '') return null;
  const becomesGet = status === 303 ? method !== 'GET' : (status === 301 || status === 302) && method === 'POST';
  const kept = headers.filter(([name]) => {
    const lower = name.toLowerCase();
    return (target.origin === from.origin || OPEN_HEADERS.has(lower)) && !(becomesGet && BODY_HEADERS.has(lower));
  });
  return { method: becomesGet ? 'GET' : method, url: target.href, headers: kept, body: becomesGet ? null : body };
}
