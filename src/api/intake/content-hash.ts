import { createHash } from 'node:crypto';

/** What makes two intake calls with one idempotency key the same. */
export interface LeadContent {
  source: string;
  test: boolean;
  fields: Record<string, unknown>;
}

/** SHA-256, hex, of a lead's content as canonical JSON: the order in which fields came does not matter. */
export function contentSha256({ source, test, fields }: LeadContent): string {
  const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return createHash('sha256').update(JSON.stringify({ source, test, fields: sorted })).digest('hex');
}
