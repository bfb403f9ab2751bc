/** How an answer's body is read. */
export type BodyFormat = 'json' | 'xml' | 'html' | 'form' | 'text';

/** What a `Content-Type` header says. `format` is null when it names nothing that we read, or nothing at all. */
export interface MediaType {
  format: BodyFormat | null;
  /** In lower case, without quotes; null when the header names none. */
  charset: string | null;
}

/** Reads a `Content-Type` header; never fails, whatever stands in it. */
export function readMediaType(header: string | undefined): MediaType {
  const [essence = '', ...parameters] = (header ?? '').toLowerCase().split(';');
  const charset = parameters.map((parameter) => /^\s*charset\s*=\s*["']?([^"'\s]+)/.exec(parameter)?.[1]).find((found) => found !== undefined);
  return { format: formatOf(essence.trim()), charset: charset ?? null };
}

function formatOf(essence: string): BodyFormat | null {
  if (essence === 'text/html' || essence === 'application/xhtml+xml') return 'html';
  if (essence.endsWith('+json') || essence.endsWith('/json') || essence === 'text/x-json') return 'json';
  if (essence.endsWith('+xml') || essence.endsWith('/xml')) return 'xml';
  if (essence === 'application/x-www-form-urlencoded') return 'form';
  return essence.startsWith('text/') ? 'text' : null;
}
