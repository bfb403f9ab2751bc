import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { LoadOptions } from './load.ts';

export interface BenchArguments extends LoadOptions {
  /** JSON instead of a table. */
  json: boolean;
}

const amount = (most: number) => z.coerce.number().int().min(1).max(most);
const argumentsSchema = z.object({ leads: amount(100_000).default(300), concurrency: amount(1_000).default(50), json: z.boolean().default(false) });

/** Reads the command line; throws for what it does not know and for no whole number above 0. */
export function readArguments(args: string[]): BenchArguments {
  const { values } = parseArgs({ args, options: { leads: { type: 'string' }, concurrency: { type: 'string' }, json: { type: 'boolean' } } });
  const read = argumentsSchema.safeParse(values);
  if (read.success) return read.data;
  throw new Error(read.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('\n'));
}
