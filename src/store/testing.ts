import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { AttemptOutcome } from '../domain/delivery/outcome.ts';
import { allDeliveries, type Chain, type Plan, type PlannedDelivery } from '../domain/delivery/plan.ts';
import type { Database } from './database.ts';
import { createEncryption, type Encryption } from './encryption.ts';
import { createStore, openDatabase } from './open.ts';
import type { AttemptEnd, Settlement } from './records.ts';
import type { NewLead, Store } from './store.ts';

// What the store's tests share: databases to run the same cases on, and made-up leads.

/** An opened store with its database, for tests that have to look or reach behind it. */
export interface Opened {
  store: Store;
  database: Database;
  encryption: Encryption;
  close(): Promise<void>;
}

/** The database that each case runs on: embedded in memory, or, where `serverUrl` is given, a fresh one on that server. */
export function testDatabases(serverUrl: string | undefined): { name: string; isServer: boolean; open: () => Promise<Opened> }[] {
  if (serverUrl) return [{ name: 'PostgreSQL', isServer: true, open: () => openOnServer(serverUrl) }];
  return [{ name: 'embedded', isServer: false, open: openInMemory }];
}

async function openInMemory(): Promise<Opened> {
  const encryption = createEncryption('a key for the tests of the store');
  const database = await openDatabase({ kind: 'embedded', dataDir: 'memory://' }, encryption);
  return { store: createStore(database, encryption), database, encryption, close: () => database.close() };
}

async function openOnServer(serverUrl: string): Promise<Opened> {
  const encryption = createEncryption('a key for the tests of the store');
  const name = `leadrail_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const database = await openDatabase({ kind: 'postgres', url: url.href }, encryption);
  return {
    store: createStore(database, encryption),
    database,
    encryption,
    async close() {
      await database.close();
      await onServer(serverUrl, `drop database ${name} with (force)`);
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** A delivery of a plan, with an id of its own, written as in a configuration: `acme/api`. */
export function planned(path: string, change: Partial<PlannedDelivery> = {}): PlannedDelivery {
  const [buyer = '', destination = ''] = path.split('/');
  return {
    id: randomUUID(),
    buyer,
    destination,
    type: 'webhook',
    required: true,
    timeoutMs: 10_000,
    retry: { kind: 'exponential', attempts: 3, initialMs: 1_000, maxMs: 30_000, multiplier: 2, jitter: 0 },
    whenPaused: 'hold',
    holdForMs: 86_400_000,
    releaseOnRecovery: true,
    ...change,
  };
}

/** A chain of single destinations with the default settings. */
export function chainOf(...deliveries: PlannedDelivery[]): Chain {
  const entries = deliveries.map((delivery) => ({ deliveries: [delivery] }));
  return { entries, onUnknown: 'next', failoverOn: ['failure', 'error', 'skip'], whenExhausted: 'hold' };
}

/** A plan of parallel deliveries and chains. */
export function planOf(fanOut: PlannedDelivery[], ...chains: Chain[]): Plan {
  return { route: 'west', configVersion: 1, fanOut, chains };
}

/** A new lead for a plan. Everybody in it is made up. */
export function newLead(plan: Plan, change: Partial<NewLead> = {}): NewLead {
  const isEmpty = allDeliveries(plan).length === 0;
  return {
    id: randomUUID(),
    source: 'facebook',
    test: false,
    receivedAt: '2026-03-01T10:00:00.123Z',
    fields: { phone: '512-555-0101', first_name: 'Ada', amount: 12.5 },
    plan,
    notes: [],
    status: isEmpty ? 'undelivered' : 'delivering',
    reason: isEmpty ? 'no route' : null,
    idempotency: null,
    ...change,
  };
}

/** The beginning of an attempt. */
export function beginning(deliveryId: string, number = 1) {
  const request = { method: 'POST', url: 'https://buyer.example/in', headers: [['content-type', 'application/json']] satisfies [string, string][], body: '{"a":1}' };
  return { deliveryId, number, round: 1, startedAt: '2026-03-01T10:00:01.000Z', request, configVersion: 1, gate: 'closed' };
}

/** The end of an attempt; `settled` null means that it is tried again. */
export function ending(deliveryId: string, number: number, outcome: AttemptOutcome, settled: Settlement | null): AttemptEnd {
  return {
    deliveryId,
    number,
    finishedAt: '2026-03-01T10:00:02.000Z',
    durationMs: 1000,
    request: null,
    response: { status: 200, headers: [['x-id', '1']], body: '{"ok":true}', bodyTruncated: false },
    bodySha256: 'ab'.repeat(32),
    address: '203.0.113.7:443',
    timeToFirstByteMs: 12.25,
    outcome,
    counted: true,
    nextAttemptAt: null,
    settled,
  };
}

export const SUCCESS: AttemptOutcome = { outcome: 'success', billable: true, recipientId: 'R-1', price: 12.5 };
export const REFUSAL: AttemptOutcome = { outcome: 'failure', billable: false, reason: 'Duplicate' };
export const DELIVERED: Settlement = { state: 'delivered', reason: 'accepted', explanation: null, deadLetter: null, recipientId: 'R-1', billable: true, price: 12.5 };
export const REJECTED: Settlement = { state: 'rejected', reason: 'refused', explanation: 'Duplicate', deadLetter: 'refused' };
export const FAILED: Settlement = { state: 'failed', reason: 'retries-exhausted', explanation: 'Down', deadLetter: 'undeliverable', releaseOnRecovery: true };
export const PAUSED: Settlement = { state: 'skipped', reason: 'buyer-paused', explanation: 'Paused', deadLetter: null };
export const DISCARDED: Settlement = { state: 'discarded', reason: 'discarded-by-operator', explanation: 'Given up', deadLetter: null };

/** Begins and ends an attempt of a delivery, in the round that it is in. */
export async function attempt(store: Store, delivery: PlannedDelivery, outcome: AttemptOutcome, settled: Settlement | null, number = 1): Promise<void> {
  const round = (await store.deliveries.get(delivery.id))?.round ?? 1;
  await store.attempts.begin({ ...beginning(delivery.id, number), round });
  await store.attempts.finish(ending(delivery.id, number, outcome, settled));
}

/** Each delivery of a lead as `acme/api delivered`, in the lead's order. */
export async function shown(store: Store, leadId: string): Promise<string[]> {
  const deliveries = await store.deliveries.ofLead(leadId);
  return deliveries.map(({ planned: { buyer, destination }, state, reason }) => `${buyer}/${destination} ${state}${state === 'skipped' ? ` ${reason ?? ''}` : ''}`);
}
