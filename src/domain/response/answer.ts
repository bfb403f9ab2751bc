import { parseBody, type ParsedBody } from './body.ts';
import type { BodyFormat } from './media-type.ts';

/** A buyer's answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  /** Names in any case; each set-cookie an entry of its own. */
  headers: [name: string, value: string][];
  /** Without gzip and the like. */
  body: Uint8Array;
  /** True when the body was longer than what is kept. */
  bodyTruncated: boolean;
}

/** An answer, read once, for rules and paths to look at. */
export interface Answer {
  status: number;
  body: ParsedBody;
  bodyTruncated: boolean;
  /** By name in lower case; repeated headers joined with ", ". */
  headers: ReadonlyMap<string, string>;
  /** By name, as sent; of two with the same name the later. */
  cookies: ReadonlyMap<string, string>;
}

/** Reads what a buyer sent. Never fails: a body that is not what it claims to be says so in its kind. */
export function readAnswer(raw: RawAnswer, as: BodyFormat | undefined): Answer {
  const headers = new Map<string, string>();
  const cookies = new Map<string, string>();
  for (const [name, value] of raw.headers) {
    const key = name.toLowerCase();
    const known = headers.get(key);
    headers.set(key, known === undefined ? value : `${known}, ${value}`);
    const cookie = key === 'set-cookie' ? /^\s*([^=;\s]+)\s*=\s*"?([^;"]*)/.exec(value) : null;
    if (cookie?.[1] !== undefined) cookies.set(cookie[1], (cookie[2] ?? '').trim());
  }
  const body = parseBody(raw.body, headers.get('content-type'), as);
  return { status: raw.status, body, bodyTruncated: raw.bodyTruncated, headers, cookies };
}
