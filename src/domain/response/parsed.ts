/** What a parser makes of a text: the value, or why the text is none. `why` never quotes the text. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; why: string };
