import ipaddr from 'ipaddr.js';
import type { Reading, Scalar } from './reading.ts';
import { textOf } from './reading.ts';

/** Reads an address of IPv4 (four decimal parts) or IPv6; normal form is the text, trimmed. */
export function readIp(raw: Scalar): Reading | null {
  const value = textOf(raw);
  return ipaddr.IPv4.isValidFourPartDecimal(value) || ipaddr.IPv6.isValid(value) ? { value, parts: {} } : null;
}
