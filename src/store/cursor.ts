import { z } from 'zod';
import { toIsoTime } from './columns.ts';
import type { Page } from './records.ts';

/** A list's cursor that this store did not make. Whoever passed it in can be told so. */
export class InvalidCursor extends Error {
  override name = 'InvalidCursor';
}

/** The place after which the next page begins: time and id of the last item, so that what is added meanwhile moves nothing. */
export interface Position {
  time: string;
  id: string;
}

const positionSchema = z.tuple([z.iso.datetime(), z.string().max(500)]);

/** Reads a cursor; null stays null (the first page). Throws `InvalidCursor` for text that is none. */
export function readCursor(cursor: string | null): Position | null {
  if (cursor === null) return null;
  try {
    const [time, id] = positionSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { time: toIsoTime(time), id };
  } catch {
    throw new InvalidCursor('This is no cursor of this list: pass nextCursor of the page before, unchanged.');
  }
}

/** Makes a page of up to `limit` items from a query that asked for one more. */
export function toPage<Row, Item>(rows: Row[], limit: number, toItem: (row: Row) => Item, positionOf: (row: Row) => Position): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = rows.length > limit;
  if (!hasMore || last === undefined) return { items: shown.map(toItem), nextCursor: null };
  const { time, id } = positionOf(last);
  return { items: shown.map(toItem), nextCursor: Buffer.from(JSON.stringify([time, id])).toString('base64url') };
}
