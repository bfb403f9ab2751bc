import { z } from 'zod';

const scalarSchema = z.union([z.string(), z.number(), z.boolean()]);

/** One transformation: a word, or a word with its settings. */
export const transformSchema = z.union([
  z.enum(['uppercase', 'lowercase', 'title', 'trim', 'digits', 'md5', 'sha1', 'sha256']),
  z.strictObject({ truncate: z.int().min(0).max(1_000_000).describe('Keeps so many characters') }),
  z.strictObject({
    replace: z.union([
      z.strictObject({ search: z.string().min(1), with: z.string() }),
      z.strictObject({ pattern: z.string().min(1), with: z.string().describe('$1 to $9 stand for groups, $& for the match, $$ for a dollar sign') }),
    ]),
  }),
  z.strictObject({ default: scalarSchema.describe('Used when there is no value') }),
  z.strictObject({
    substring: z.strictObject({ start: z.int().describe('From 0; negative counts from the end'), length: z.int().min(0).optional() }),
  }),
  z.strictObject({
    lookup: z.strictObject({
      table: z.record(z.string(), scalarSchema).describe('Compared as text, first exactly, then ignoring case'),
      otherwise: z.union([scalarSchema, z.null()]).optional().describe('For a value that is not in the table, which otherwise passes; null leaves it out'),
    }),
  }),
  z.strictObject({
    number: z.strictObject({
      decimals: z.int().min(0).max(20).optional(),
      thousands: z.union([z.boolean(), z.string().max(1)]).optional().describe('true for a comma, or the separator itself'),
    }),
  }),
  z.strictObject({ split: z.string().min(1) }),
  z.strictObject({ join: z.string() }),
]);

/** One transformation of a mapping's value. */
export type Transform = z.infer<typeof transformSchema>;
