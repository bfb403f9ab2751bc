import type { Reading, Scalar } from './reading.ts';
import { textOf } from './reading.ts';

/**
 * Reads a web address; people leave out `https://`, so a host with a dot in it will do. The normal form is the text itself,
 * trimmed. Parts: `protocol`, `host` (without the port), `port` (a number), `path`, `query` and `hash` without `?` and `#`.
 */
export function readUrl(raw: Scalar): Reading | null {
  const value = textOf(raw);
  if (/[\s\p{Cc}]/u.test(value)) return null;
  const hasProtocol = /^https?:\/\//i.test(value);
  if (!hasProtocol && !startsWithHost(value)) return null;
  const complete = hasProtocol ? value : `https://${value}`;
  if (!URL.canParse(complete)) return null;
  const url = new URL(complete);
  return {
    value,
    parts: {
      protocol: hasProtocol ? url.protocol.replace(':', '') : null,
      host: url.hostname,
      port: url.port === '' ? null : Number(url.port),
      path: url.pathname,
      query: url.search === '' ? null : url.search.slice(1),
      hash: url.hash === '' ? null : url.hash.slice(1),
    },
  };
}

/** True for `example.com`, alone or before a port or path; false for `javascript:…`, addresses of mail and single words. */
function startsWithHost(text: string): boolean {
  const host = /^[^/?#:@]*/.exec(text)?.[0] ?? '';
  return /[^.]\.[^.]/.test(host) && /^(?:$|[/?#]|:\d)/.test(text.slice(host.length));
}
