import { sql } from 'drizzle-orm';
import type { Database } from './database.ts';

/**
 * One step of the schema. Statements are single ones: PGlite takes no two at once. A released migration never changes.
 * Processes of the version before run on while it is done and after: it only adds (the test beside this file says what that
 * is), or says in `stopOlderFirst` why those must be stopped before.
 */
export interface Migration {
  number: number;
  statements: string[];
  /** Why code of the version before cannot use the schema after this; for the notes of the release. */
  stopOlderFirst?: string;
}

/** Every step, oldest first. */
export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    statements: [
      `create table leads (
        id text primary key, source text not null, status text not null, reason text, test boolean not null,
        received_at timestamptz(3) not null, fields json not null, search jsonb not null, plans json not null, notes json not null,
        redeliveries integer not null default 0, idempotency_key text, content_sha256 text, started_at timestamptz(3))`,
      `create unique index leads_idempotency on leads (source, idempotency_key) where idempotency_key is not null`,
      `create index leads_newest on leads (received_at, id)`,
      `create index leads_status on leads (status, received_at, id)`,
      `create index leads_search on leads using gin (search jsonb_path_ops)`,
      `create index leads_unconfirmed on leads (coalesce(started_at, received_at)) where status = 'delivering'`,
      `create table deliveries (
        id text primary key, lead_id text not null references leads on delete cascade, source text not null,
        received_at timestamptz(3) not null, buyer text not null, destination text not null, planned json not null,
        position integer not null, state text not null, reason text, explanation text, recipient_id text, billable boolean,
        price double precision, held_until timestamptz(3), held_gate_version integer, released_at timestamptz(3),
        round integer not null default 1, dead_letter text, redelivery_of text, workflow_id text not null,
        settled_at timestamptz(3), release_on_recovery boolean not null default false, kept_request text,
        evidence_hash text, evidence_length integer not null default 0)`,
      `create index deliveries_lead on deliveries (lead_id)`,
      `create index deliveries_buyer on deliveries (buyer, lead_id)`,
      `create index deliveries_held on deliveries (buyer, received_at, id) where state = 'held'`,
      `create index deliveries_dead on deliveries (settled_at, id) where dead_letter is not null`,
      `create index deliveries_outage on deliveries (buyer, destination, settled_at) where release_on_recovery`,
      `create index deliveries_kept on deliveries (id) where kept_request is not null`,
      `create table attempts (
        delivery_id text not null references deliveries on delete cascade, number integer not null, round integer not null,
        started_at timestamptz(3) not null, finished_at timestamptz(3), duration_ms double precision,
        time_to_first_byte_ms double precision, request_method text, request_url text, request_headers text, request_body text,
        body_sha256 text, address text, response_status integer, response_headers text, response_body text, body_truncated boolean,
        outcome text, kind text, code text, reason text, counted boolean not null default true, next_attempt_at timestamptz(3),
        config_version integer not null, gate text not null, parts json, previous_hash text, hash text,
        primary key (delivery_id, number))`,
      `create table gates (buyer text primary key, version integer not null, gate json)`,
      `create table probe_leases (
        buyer text not null, destination text not null, probe integer not null, delivery_id text not null,
        expires_at timestamptz(3) not null, primary key (buyer, destination, probe))`,
      `create table alerts (
        id text primary key, kind text not null, buyer text not null, destination text, lead text, reason text not null,
        raised_at timestamptz(3) not null, cleared_at timestamptz(3))`,
      `create index alerts_newest on alerts (raised_at, id)`,
      `create unique index alerts_raised on alerts (kind, buyer, coalesce(destination, '')) where cleared_at is null`,
      `create table config_versions (
        version integer primary key, document json, applied_at timestamptz(3) not null, origin text not null, file_sha256 text)`,
      `create table secrets (name text primary key, sealed text not null)`,
      `create table source_keys (
        id text primary key, source text not null, sha256 text not null unique, prefix text not null,
        created_at timestamptz(3) not null)`,
      `create table encryption_canary (id integer primary key, sealed text not null)`,
    ],
  },
  {
    number: 2,
    // Unlogged: no commit waits for the disk while it holds the row that every lead of a source needs. Lost in a crash, it only forgets.
    statements: [
      `create unlogged table source_limits (source text primary key, clear_at bigint not null, was_clear_at bigint, asked_at bigint not null) with (fillfactor = 50)`,
    ],
  },
  {
    number: 3,
    // Tests are few among the leads, and looked for by the newest.
    statements: [`create index leads_tests on leads (received_at, id) where test`, `alter table deliveries add column captures json`],
  },
  {
    number: 4,
    statements: [
      `create table tokens (
        id text primary key, buyer text not null, destination text not null, sealed text not null, revision text,
        expires_at timestamptz(3), connected_at timestamptz(3), changed_at timestamptz(3) not null,
        lease_holder text, lease_until timestamptz(3))`,
      `create index tokens_destination on tokens (buyer, destination)`,
      `create table connections (
        state_sha256 text primary key, buyer text not null, destination text not null, sealed text not null,
        expires_at timestamptz(3) not null)`,
    ],
  },
  {
    number: 5,
    statements: [
      `create table health_checks (
        buyer text not null, destination text not null, due_at timestamptz(3) not null, failing boolean not null default false,
        primary key (buyer, destination))`,
    ],
  },
  {
    number: 6,
    statements: [
      `create table delivery_news (
        delivery_id text primary key, buyer text not null, destination text not null, event text not null, at timestamptz(3) not null)`,
      `create index delivery_news_confirmed on delivery_news (buyer, destination, at) where event = 'confirmed'`,
      // Unlogged, as source_limits.
      `create unlogged table credential_limits (digest text primary key, clear_at bigint not null, was_clear_at bigint, asked_at bigint not null) with (fillfactor = 50)`,
    ],
  },
  {
    number: 7,
    statements: [
      `create table suppressions (
        id text primary key, address_sha256 text not null unique, sealed text not null, cause text not null,
        buyer text not null, destination text not null, delivery_id text not null, since timestamptz(3) not null)`,
      `create index suppressions_newest on suppressions (since, id)`,
      `create table provider_callbacks (
        provider text not null, id text not null, received_at timestamptz(3) not null, primary key (provider, id))`,
      `create index provider_callbacks_oldest on provider_callbacks (received_at)`,
      // A callback names the email where it does not name the delivery.
      `create index deliveries_email on deliveries (recipient_id) where planned ->> 'type' = 'email'`,
    ],
  },
  {
    number: 8,
    statements: [
      `create table sender_domains (
        id text primary key, name text not null unique, status text not null, records json not null, key_name text, base_url text,
        checked_at timestamptz(3) not null)`,
    ],
  },
  {
    number: 9,
    statements: [
      `create table sheet_rows (
        delivery_id text primary key references deliveries on delete cascade, position bigint generated always as identity,
        buyer text not null, destination text not null, sheet text not null, tab text not null, state text not null,
        sealed text, guard integer, most integer not null, row_number integer, error json)`,
      `create index sheet_rows_open on sheet_rows (sheet, position) where state in ('waiting', 'sending')`,
      `create index sheet_rows_last on sheet_rows (sheet, tab, row_number) where row_number is not null`,
      `create index sheet_rows_sealed on sheet_rows (delivery_id) where sealed is not null`,
      `create table sheet_batches (
        sheet text not null, guard integer not null, requests integer not null, settled_at timestamptz(3), primary key (sheet, guard))`,
    ],
  },
  { number: 10, statements: [`alter table secrets add column changed_at timestamptz(3)`] },
  {
    number: 11,
    // Exchanges of an attempt beside the one that its outcome is read from.
    statements: [`alter table attempts add column further_exchanges text`],
  },
  {
    number: 12,
    statements: [
      `alter table delivery_news add column bounce text`,
      `create table delivery_complaints (delivery_id text primary key, at timestamptz(3) not null)`,
      // Of what becomes of messages their providers tell; of other deliveries nobody does.
      `create index deliveries_messages on deliveries (buyer, destination, received_at) where planned ->> 'type' in ('email', 'sms')`,
    ],
  },
];

/** Any number, as long as every Leadrail takes the same one. */
const MIGRATION_LOCK = 5_323_727;

/**
 * Brings the schema up to date, forward only, in one transaction: processes that start together wait for each other, and a
 * migration that fails leaves nothing behind. Refuses a database that a newer Leadrail has migrated.
 */
export async function migrate(database: Database): Promise<void> {
  await database.transaction('migrate', async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    await tx.execute(
      sql`create table if not exists leadrail_migrations (number integer primary key, applied_at timestamptz(3) not null default now())`,
    );
    const [row] = await tx.select({ latest: sql<number>`coalesce(max(number), 0)::integer` }).from(sql`leadrail_migrations`);
    const latest = row?.latest ?? 0;
    const newest = MIGRATIONS.at(-1)?.number ?? 0;
    if (latest > newest) {
      throw new Error(`The database was migrated to version ${latest} by a newer Leadrail; this one knows ${newest}. Start the newer one.`);
    }
    for (const migration of MIGRATIONS.filter(({ number }) => number > latest)) {
      for (const statement of migration.statements) await tx.execute(sql.raw(statement));
      await tx.execute(sql`insert into leadrail_migrations (number) values (${migration.number})`);
    }
  });
}
