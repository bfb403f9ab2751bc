import { z } from 'zod';
import type { DeadLetterKind } from '../../domain/delivery/state.ts';
import type { DeliveryRecord, LeadRecord, Page } from '../../store/records.ts';
import type { DeliveryStore, LeadStore } from '../../store/store.ts';
import { invalidCursor } from '../http/problem.ts';

export interface DeadLetterFilter {
  kind?: DeadLetterKind;
  buyer?: string;
  destination?: string;
  source?: string;
}

/** A delivery that ended badly, or a lead that no route took. */
export type DeadLetter = { delivery: DeliveryRecord } | { withoutRoute: LeadRecord };

/** How far each of the two lists was read: a cursor of the store, or `done`. Null: from its beginning. */
const positionSchema = z.strictObject({ deliveries: z.string().nullable(), leads: z.string().nullable(), done: z.array(z.enum(['deliveries', 'leads'])) });
type Position = z.infer<typeof positionSchema>;

/** The store's two lists of dead letters. */
export type DeadLetterLists = Pick<DeliveryStore, 'deadLetters'> & Pick<LeadStore, 'withoutRoute'>;

/** One page of dead letters, newest first: the store's two lists, deliveries and leads without a route, merged by time. */
export async function deadLetterPage(filter: DeadLetterFilter, limit: number, cursor: string | null, store: DeadLetterLists): Promise<Page<DeadLetter>> {
  const position = readPosition(cursor);
  const lists = listsOf(filter, position, store);
  const [deliveries, leads] = await Promise.all([lists.deliveries(limit), lists.leads(limit)]);
  const merged = mergeNewestFirst(deliveries.items, leads.items).slice(0, limit);
  const taken = merged.filter((item) => 'delivery' in item).length;
  // Asked again for just what is shown: so the store's own cursors stand where this page ends.
  const [shownDeliveries, shownLeads] = await Promise.all([exactly(taken, deliveries, lists.deliveries), exactly(merged.length - taken, leads, lists.leads)]);
  return {
    items: mergeNewestFirst(shownDeliveries.items, shownLeads.items),
    nextCursor: nextCursor(position, { deliveries: { all: deliveries, shown: shownDeliveries }, leads: { all: leads, shown: shownLeads } }),
  };
}

type List<T> = (limit: number) => Promise<Page<T>>;

function listsOf({ kind, buyer, destination, source }: DeadLetterFilter, position: Position, store: DeadLetterLists) {
  // A lead without a route is ours to mend, and no buyer's.
  const hasLeads = (kind === undefined || kind === 'ours') && buyer === undefined && destination === undefined && !position.done.includes('leads');
  const hasDeliveries = !position.done.includes('deliveries');
  const empty = { items: [], nextCursor: null };
  const ofDeliveries: List<DeliveryRecord> = async (limit) =>
    hasDeliveries ? store.deadLetters({ ...(kind && { kind }), ...(buyer && { buyer }), ...(destination && { destination }), ...(source && { source }) }, limit, position.deliveries) : empty;
  const ofLeads: List<LeadRecord> = async (limit) => (hasLeads ? store.withoutRoute(source === undefined ? {} : { source }, limit, position.leads) : empty);
  return { deliveries: ofDeliveries, leads: ofLeads };
}

async function exactly<T>(count: number, page: Page<T>, list: List<T>): Promise<Page<T>> {
  if (count === page.items.length) return page;
  return count === 0 ? { items: [], nextCursor: null } : list(count);
}

function mergeNewestFirst(deliveries: DeliveryRecord[], leads: LeadRecord[]): DeadLetter[] {
  const items: DeadLetter[] = [...deliveries.map((delivery) => ({ delivery })), ...leads.map((withoutRoute) => ({ withoutRoute }))];
  return items.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)));
}

function timeOf(item: DeadLetter): string {
  return 'delivery' in item ? (item.delivery.settledAt ?? '') : item.withoutRoute.receivedAt;
}

interface Progress {
  all: Page<unknown>;
  shown: Page<unknown>;
}

function nextCursor(before: Position, progress: { deliveries: Progress; leads: Progress }): string | null {
  const next: Position = { deliveries: before.deliveries, leads: before.leads, done: [] };
  for (const name of ['deliveries', 'leads'] as const) {
    const { all, shown } = progress[name];
    const isDone = shown.items.length === all.items.length && all.nextCursor === null;
    if (isDone) next.done.push(name);
    else if (shown.items.length > 0) next[name] = shown.nextCursor;
  }
  return next.done.length === 2 ? null : Buffer.from(JSON.stringify(next)).toString('base64url');
}

function readPosition(cursor: string | null): Position {
  if (cursor === null) return { deliveries: null, leads: null, done: [] };
  const position = positionSchema.safeParse(parsed(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!position.success) throw invalidCursor();
  return position.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
