/** What the main thread asks of the embedded database's, one at a time. */
export type Question =
  /** Messages of PostgreSQL's protocol. */
  { ask: 'converse'; messages: Uint8Array } | { ask: 'reset' } | { ask: 'close' };

export type Answer = { ok: true; messages: Uint8Array } | { ok: false; message: string };
