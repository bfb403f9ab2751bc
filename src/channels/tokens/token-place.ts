import { z } from 'zod';
import { headerNameSchema, parameterNameSchema } from '../texts.ts';

const TOKEN = '{token}';

/** Where a token stands in the requests that it is for. */
export type TokenPlace = { in: 'header'; name: string; format: string } | { in: 'query'; name: string };

const headerPlaceSchema = z
  .strictObject({
    header: headerNameSchema.default('Authorization'),
    format: z
      .string()
      .max(1_000)
      .refine((text) => text.split(TOKEN).length === 2, 'needs {token} once, where the token goes: "Bearer {token}"')
      .default(`Bearer ${TOKEN}`),
  })
  .transform(({ header, format }): TokenPlace => ({ in: 'header', name: header, format }));

const queryPlaceSchema = z.strictObject({ query: parameterNameSchema }).transform(({ query }): TokenPlace => ({ in: 'query', name: query }));

/** `{ header, format }` or `{ query }`; `Authorization: Bearer …` unless set. */
export const tokenPlaceSchema = z
  .union([headerPlaceSchema, queryPlaceSchema])
  .prefault({})
  .describe('Where the token goes: { header, format } or { query }; Authorization: Bearer {token} unless set');

/** A header's value with the token in its place. */
export function withToken(format: string, token: string): string {
  return format.split(TOKEN).join(token);
}
