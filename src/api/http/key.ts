import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The key that a request presents, as `Authorization: Bearer` or `X-API-Key`; null when it presents none. */
export function presentedKey(headers: IncomingHttpHeaders): string | null {
  const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const apiKey = headers['x-api-key'];
  return typeof apiKey === 'string' && apiKey !== '' ? apiKey : null;
}

/** SHA-256 of a key, hex: how source keys are stored and looked up. */
export function sha256OfKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Compares two keys in a time that says nothing about where they differ; digests, so that lengths say nothing either. */
export function sameKey(presented: string, expected: string): boolean {
  const digest = (key: string) => createHash('sha256').update(key).digest();
  return timingSafeEqual(digest(presented), digest(expected));
}
