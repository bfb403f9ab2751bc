import { bigint, boolean, doublePrecision, integer, json, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { BuyerGate } from '../domain/breaker/gate.ts';
import type { AttemptOutcome, DeliveryError } from '../domain/delivery/outcome.ts';
import type { Plan, PlannedDelivery } from '../domain/delivery/plan.ts';
import type { DeadLetterKind, DeliveryState, LeadStatus, ReasonCode } from '../domain/delivery/state.ts';
import type { SealedParts } from '../domain/evidence/chain.ts';
import { foreignText, instant } from './columns.ts';
import type { AlertRecord, Bounce, DnsRecord, SuppressionRecord } from './records.ts';

// What the code reads and writes. The tables themselves, with their indexes, are made by migrations.ts; a test holds the two together.
// `json`, not `jsonb`: it keeps the order of keys and takes any character.

/** A plan with the workflow that carries it: the original first, then one for each redelivery by another route. */
export interface CarriedPlan {
  root: string;
  plan: Plan;
}

export const leads = pgTable('leads', {
  id: text().primaryKey(),
  source: text().notNull(),
  status: text().$type<LeadStatus>().notNull(),
  reason: foreignText(),
  test: boolean().notNull(),
  receivedAt: instant('received_at').notNull(),
  fields: json().$type<Record<string, unknown>>().notNull(),
  /** The fields' values as text, for search: `jsonb_path_ops` indexes hashes, so that a long value does no harm. */
  search: jsonb().$type<Record<string, string>>().notNull(),
  plans: json().$type<CarriedPlan[]>().notNull(),
  notes: json().$type<string[]>().notNull(),
  redeliveries: integer().notNull().default(0),
  /** Unique with the source for as long as the lead is kept. */
  idempotencyKey: foreignText('idempotency_key'),
  contentSha256: text('content_sha256'),
  /** When the lead's workflow was last confirmed to be there. */
  startedAt: instant('started_at'),
});

export const deliveries = pgTable('deliveries', {
  id: text().primaryKey(),
  leadId: text('lead_id').notNull(),
  /** Of the lead, repeated here for lists by source and by age. */
  source: text().notNull(),
  receivedAt: instant('received_at').notNull(),
  buyer: text().notNull(),
  destination: text().notNull(),
  planned: json().$type<PlannedDelivery>().notNull(),
  position: integer().notNull(),
  state: text().$type<DeliveryState>().notNull(),
  reason: text().$type<ReasonCode>(),
  explanation: foreignText(),
  recipientId: foreignText('recipient_id'),
  billable: boolean(),
  /** Double precision gives back the very number that JSON carried. */
  price: doublePrecision(),
  captures: json().$type<Record<string, string>>(),
  heldUntil: instant('held_until'),
  heldGateVersion: integer('held_gate_version'),
  /** By the database's clock: when its waiting workflow was last told to go on. */
  releasedAt: instant('released_at'),
  round: integer().notNull().default(1),
  deadLetter: text('dead_letter').$type<DeadLetterKind>(),
  redeliveryOf: text('redelivery_of'),
  workflowId: text('workflow_id').notNull(),
  settledAt: instant('settled_at'),
  releaseOnRecovery: boolean('release_on_recovery').notNull().default(false),
  /** The rendered request, sealed. */
  keptRequest: text('kept_request'),
  evidenceHash: text('evidence_hash'),
  evidenceLength: integer('evidence_length').notNull().default(0),
});

export const attempts = pgTable(
  'attempts',
  {
    deliveryId: text('delivery_id').notNull(),
    number: integer().notNull(),
    round: integer().notNull(),
    startedAt: instant('started_at').notNull(),
    finishedAt: instant('finished_at'),
    durationMs: doublePrecision('duration_ms'),
    timeToFirstByteMs: doublePrecision('time_to_first_byte_ms'),
    requestMethod: text('request_method'),
    requestUrl: foreignText('request_url'),
    /** JSON as text: the chain hashes these very characters. */
    requestHeaders: foreignText('request_headers'),
    requestBody: foreignText('request_body'),
    bodySha256: text('body_sha256'),
    address: text(),
    responseStatus: integer('response_status'),
    responseHeaders: foreignText('response_headers'),
    responseBody: foreignText('response_body'),
    bodyTruncated: boolean('body_truncated'),
    /** JSON as text: the chain hashes these very characters. */
    furtherExchanges: foreignText('further_exchanges'),
    outcome: text().$type<AttemptOutcome['outcome']>(),
    kind: text(),
    code: text(),
    reason: foreignText(),
    counted: boolean().notNull().default(true),
    nextAttemptAt: instant('next_attempt_at'),
    configVersion: integer('config_version').notNull(),
    gate: text().notNull(),
    parts: json().$type<SealedParts>(),
    previousHash: text('previous_hash'),
    hash: text(),
  },
  (table) => [primaryKey({ columns: [table.deliveryId, table.number] })],
);

export const gates = pgTable('gates', {
  buyer: text().primaryKey(),
  version: integer().notNull(),
  /** Null in a row that only stands there to be locked, version 0: nothing was published yet. */
  gate: json().$type<BuyerGate>(),
});

export const probeLeases = pgTable(
  'probe_leases',
  {
    buyer: text().notNull(),
    destination: text().notNull(),
    probe: integer().notNull(),
    deliveryId: text('delivery_id').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.buyer, table.destination, table.probe] })],
);

export const alerts = pgTable('alerts', {
  id: text().primaryKey(),
  kind: text().$type<AlertRecord['kind']>().notNull(),
  buyer: text().notNull(),
  destination: text(),
  lead: text(),
  reason: foreignText().notNull(),
  raisedAt: instant('raised_at').notNull(),
  clearedAt: instant('cleared_at'),
});

export const configVersions = pgTable('config_versions', {
  version: integer().primaryKey(),
  document: json().$type<unknown>(),
  appliedAt: instant('applied_at').notNull(),
  origin: text().notNull(),
  fileSha256: text('file_sha256'),
});

export const secrets = pgTable('secrets', {
  name: text().primaryKey(),
  sealed: text().notNull(),
  /** When its value was set last; null for what an older version set. */
  changedAt: instant('changed_at'),
});

export const sourceKeys = pgTable('source_keys', {
  id: text().primaryKey(),
  source: text().notNull(),
  sha256: text().notNull(),
  prefix: text().notNull(),
  createdAt: instant('created_at').notNull(),
});

/** How far each source that has a limit has used it up, in microseconds since 1970 (`decide`). Unlogged: a crash of the server forgets it. */
export const sourceLimits = pgTable('source_limits', {
  source: text().primaryKey(),
  clearAt: bigint('clear_at', { mode: 'number' }).notNull(),
  /** What the last lead found, and when. */
  wasClearAt: bigint('was_clear_at', { mode: 'number' }),
  askedAt: bigint('asked_at', { mode: 'number' }).notNull(),
});

/** How far each credential that has a limit has used it up, as `sourceLimits`; by a digest of it. */
export const credentialLimits = pgTable('credential_limits', {
  digest: text().primaryKey(),
  clearAt: bigint('clear_at', { mode: 'number' }).notNull(),
  wasClearAt: bigint('was_clear_at', { mode: 'number' }),
  askedAt: bigint('asked_at', { mode: 'number' }).notNull(),
});

/** Tokens of destinations, one row for each that its settings brought. Sealed: settings, tokens (`token-seal.ts`). */
export const tokens = pgTable('tokens', {
  /** Made of buyer, destination and settings by the newest encryption key, so that it tells nothing of the credentials in them. */
  id: text().primaryKey(),
  buyer: text().notNull(),
  destination: text().notNull(),
  sealed: text().notNull(),
  /** Another one with each change; null until there is a token. */
  revision: text(),
  /** By the database's clock. Null when nobody said. */
  expiresAt: instant('expires_at'),
  /** When the first token came, or an account was connected last. */
  connectedAt: instant('connected_at'),
  changedAt: instant('changed_at').notNull(),
  /** Who is getting a token at this moment. */
  leaseHolder: text('lease_holder'),
  leaseUntil: instant('lease_until'),
});

/** Accounts that somebody is about to connect, by SHA-256 of the state that comes back. */
export const connections = pgTable('connections', {
  stateSha256: text('state_sha256').primaryKey(),
  buyer: text().notNull(),
  destination: text().notNull(),
  sealed: text().notNull(),
  expiresAt: instant('expires_at').notNull(),
});

/** When each destination that has a health check is asked next, by the database's clock. */
export const healthChecks = pgTable(
  'health_checks',
  {
    buyer: text().notNull(),
    destination: text().notNull(),
    dueAt: instant('due_at').notNull(),
    /** Whether the last one failed. */
    failing: boolean().notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.buyer, table.destination] })],
);

/** The latest that a provider has said of a delivery after it took it. */
export const deliveryNews = pgTable('delivery_news', {
  deliveryId: text('delivery_id').primaryKey(),
  buyer: text().notNull(),
  destination: text().notNull(),
  event: text().$type<'confirmed' | 'failed'>().notNull(),
  /** By the provider's clock. */
  at: instant().notNull(),
  /** Of an email that came back; null for what failed otherwise. */
  bounce: text().$type<Bounce>(),
});

/** Deliveries whose recipients called them spam. */
export const deliveryComplaints = pgTable('delivery_complaints', { deliveryId: text('delivery_id').primaryKey(), at: instant().notNull() });

/** Rows for spreadsheets, one a delivery. Sealed while it is open: where to, and the row itself. */
export const sheetRows = pgTable('sheet_rows', {
  deliveryId: text('delivery_id').primaryKey(),
  /** Order of arrival. */
  position: bigint({ mode: 'number' }).generatedAlwaysAsIdentity(),
  buyer: text().notNull(),
  destination: text().notNull(),
  /** Account and spreadsheet, as a digest. */
  sheet: text().notNull(),
  tab: text().notNull(),
  state: text().$type<'waiting' | 'sending' | 'written' | 'failed' | 'withdrawn'>().notNull(),
  sealed: text(),
  /** Of the batch that it was sent with, as long as that may still arrive. */
  guard: integer(),
  /** With how many it may be sent together. */
  most: integer().notNull(),
  rowNumber: integer('row_number'),
  /** What stands in its way, or what it failed for. */
  error: json().$type<DeliveryError>(),
});

/** Batches of rows, by the guard that their requests carry. */
export const sheetBatches = pgTable(
  'sheet_batches',
  {
    sheet: text().notNull(),
    guard: integer().notNull(),
    /** How often it was sent. */
    requests: integer().notNull(),
    /** When it was seen to be written; null while it may be so or not. */
    settledAt: instant('settled_at'),
  },
  (table) => [primaryKey({ columns: [table.sheet, table.guard] })],
);

/** Addresses that nothing is sent to any more. */
export const suppressions = pgTable('suppressions', {
  id: text().primaryKey(),
  /** Of the address in its normal form, by which it is found. */
  addressSha256: text('address_sha256').notNull(),
  /** The address itself, so that a person can be shown it. */
  sealed: text().notNull(),
  cause: text().$type<SuppressionRecord['cause']>().notNull(),
  buyer: text().notNull(),
  destination: text().notNull(),
  deliveryId: text('delivery_id').notNull(),
  since: instant().notNull(),
});

/** Domains that emails are sent from, with what their provider said of them last. */
export const senderDomains = pgTable('sender_domains', {
  /** The provider's. */
  id: text().primaryKey(),
  name: text().notNull(),
  status: text().notNull(),
  records: json().$type<DnsRecord[]>().notNull(),
  keyName: text('key_name'),
  baseUrl: text('base_url'),
  checkedAt: instant('checked_at').notNull(),
});

/** Callbacks of providers that were taken in, by the provider's own id. */
export const providerCallbacks = pgTable(
  'provider_callbacks',
  { provider: text().notNull(), id: text().notNull(), receivedAt: instant('received_at').notNull() },
  (table) => [primaryKey({ columns: [table.provider, table.id] })],
);

/** One row: a known text sealed with the newest key, by which a start finds out whether its key can read the rest. */
export const encryptionCanary = pgTable('encryption_canary', { id: integer().primaryKey(), sealed: text().notNull() });
