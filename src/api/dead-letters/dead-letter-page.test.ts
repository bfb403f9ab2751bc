import { describe, expect, it } from 'vitest';
import type { PlannedDelivery } from '../../domain/delivery/plan.ts';
import type { DeliveryRecord, LeadRecord, Page } from '../../store/records.ts';
import { deadLetterPage } from './dead-letter-page.ts';

/** A list as the store keeps one: newest first, its cursor the number of items before. */
function listOf<T>(items: T[]) {
  return (limit: number, cursor: string | null): Promise<Page<T>> => {
    const from = Number(cursor ?? '0');
    const page = items.slice(from, from + limit);
    return Promise.resolve({ items: page, nextCursor: from + limit < items.length ? String(from + limit) : null });
  };
}

const at = (second: number) => new Date(Date.UTC(2025, 0, 1, 0, 0, second)).toISOString();
const plan = { route: null, configVersion: 1, fanOut: [], chains: [] };

function lead(second: number): LeadRecord {
  return { id: `lead-${second}`, source: 's', status: 'undelivered', reason: 'no route', test: false, receivedAt: at(second), fields: {}, plan, notes: [] };
}

function delivery(second: number): DeliveryRecord {
  const empty = { reason: null, explanation: null, recipientId: null, billable: null, price: null, captures: null, heldUntil: null, heldAt: null, redeliveryOf: null };
  const retry: PlannedDelivery['retry'] = { kind: 'schedule', waitsMs: [], jitter: 0 };
  const planned: PlannedDelivery = { id: 'd', buyer: 'b', destination: 'd', type: 'webhook', required: true, timeoutMs: 1, retry, whenPaused: 'hold', holdForMs: 1, releaseOnRecovery: true };
  return { ...empty, id: `delivery-${second}`, leadId: 'l', planned, position: 0, state: 'failed', round: 1, deadLetter: 'ours', workflowId: 'w', settledAt: at(second) };
}

const storeOf = (deliveries: number[], leads: number[]) => {
  const dead = listOf(deliveries.map(delivery));
  const withoutRoute = listOf(leads.map(lead));
  return { deadLetters: (_: object, limit: number, cursor: string | null) => dead(limit, cursor), withoutRoute: (_: object, limit: number, cursor: string | null) => withoutRoute(limit, cursor) };
};

async function everyPage(lists: ReturnType<typeof storeOf>, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < 50; pages += 1) {
    const page: Awaited<ReturnType<typeof deadLetterPage>> = await deadLetterPage({}, limit, cursor, lists);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    ids.push(...page.items.map((item) => ('delivery' in item ? item.delivery.id : item.withoutRoute.id)));
    cursor = page.nextCursor;
    if (cursor === null) return ids;
  }
  throw new Error('the pages do not end');
}

describe('dead letters of both kinds', () => {
  it.each([
    ['mixed', [9, 7, 6, 3], [8, 5, 4, 2, 1]],
    ['deliveries first', [9, 8, 7], [3, 2, 1]],
    ['leads first', [2, 1], [9, 8, 7, 6, 5]],
    ['deliveries only', [3, 2, 1], []],
    ['leads only', [], [3, 2, 1]],
    ['none', [], []],
  ])('come newest first, each once, whatever the page: %s', async (_, deliveries, leads) => {
    const expected = [...deliveries.map((second) => ({ second, id: `delivery-${second}` })), ...leads.map((second) => ({ second, id: `lead-${second}` }))]
      .toSorted((a, b) => b.second - a.second)
      .map(({ id }) => id);
    for (const limit of [1, 2, 3, 100]) expect([limit, await everyPage(storeOf(deliveries, leads), limit)]).toEqual([limit, expected]);
  });

  it.each([
    [{ buyer: 'b' }, ['delivery-1']],
    [{ kind: 'refused' as const }, ['delivery-1']],
    [{ kind: 'ours' as const }, ['lead-2', 'delivery-1']],
  ])('leads stand only where they belong: %o', async (filter, expected) => {
    const page = await deadLetterPage(filter, 10, null, storeOf([1], [2]));
    expect(page.items.map((item) => ('delivery' in item ? item.delivery.id : item.withoutRoute.id))).toEqual(expected);
  });
});
