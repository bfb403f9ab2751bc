import { z } from 'zod';
import type { Page } from '../../store/records.ts';

const DEFAULT_LIMIT = 50;
const MOST = 200;

/** `limit` and `cursor` of every list. */
export const pagingShape = {
  limit: z.coerce.number().int().min(1).max(MOST).default(DEFAULT_LIMIT).meta({ description: `How many at most, 1 to ${MOST}` }),
  cursor: z.string().min(1).max(1_000).optional().meta({ description: '`nextCursor` of the page before' }),
};

/** The shape of a list of `item`. */
export function listSchema<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'For the next page; null on the last' }),
  });
}

/** A page with each of its items turned into the shape of the API. */
export function mapPage<From, To>(page: Page<From>, map: (item: From) => To): Page<To> {
  return { items: page.items.map(map), nextCursor: page.nextCursor };
}
