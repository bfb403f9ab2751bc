import type { Reading, Scalar } from './reading.ts';
import { textOf } from './reading.ts';

/** RFC 5321: the longest address and the longest part before the @. */
const MAX_LENGTH = 254;
const MAX_USER_LENGTH = 64;

const USER = /^[^\p{C}\p{Z}@"(),:;<>[\]\\]+$/u;
const DOMAIN_LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u;
const TOP_LEVEL = /^(?:xn--[a-z0-9-]+|[\p{L}\p{M}]{2,})$/u;

/** Reads an address in any case, with stray spaces (and invisible characters, which copying leaves) anywhere. */
export function readEmail(raw: Scalar): Reading | null {
  const address = textOf(raw)
    .replace(/[\s\p{Cf}]/gu, '')
    .toLowerCase();
  if (address.length > MAX_LENGTH) return null;
  const [user, domain, ...others] = address.split('@');
  if (user === undefined || domain === undefined || others.length > 0) return null;
  if (user.length > MAX_USER_LENGTH || !USER.test(user) || user.startsWith('.') || user.includes('..')) return null;

  const labels = domain.split('.');
  const topLevel = labels.at(-1);
  if (topLevel === undefined || labels.length < 2 || !TOP_LEVEL.test(topLevel)) return null;
  if (!labels.every((label) => DOMAIN_LABEL.test(label))) return null;
  return { value: address, parts: { user, domain, tld: topLevel } };
}
