import { randomUUID } from 'node:crypto';
import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { Database, Session } from './database.ts';
import type { Encryption } from './encryption.ts';
import { tokens } from './schema.ts';
import type { StoredTokens, TokenOwner, TokenStore, TokenValues } from './store.ts';
import { openTokens, sealTokens, tokenRowId } from './token-seal.ts';

/** The same throughout a statement, and one for all processes. */
const NOW = sql`statement_timestamp()`;

/** Tokens of settings that the configuration left behind are kept as long as this, should it come back to them. */
const LEFT_BEHIND = sql`interval '30 days'`;

const COLUMNS = {
  sealed: tokens.sealed,
  revision: tokens.revision,
  expiresAt: tokens.expiresAt,
  connectedAt: tokens.connectedAt,
  remainingMs: sql<number | null>`(extract(epoch from (${tokens.expiresAt} - ${NOW})) * 1000)::double precision`,
};

interface TokenRow {
  sealed: string;
  revision: string | null;
  expiresAt: string | null;
  connectedAt: string | null;
  remainingMs: number | null;
}

function after(ms: number | null): SQL {
  return ms === null ? sql`null` : sql`${NOW} + ${ms}::double precision * interval '1 millisecond'`;
}

/** Tokens in the database. A conditional write makes one process the one that gets a new token; the others see what it wrote. */
export function createTokenStore(database: Database, encryption: Encryption): TokenStore {
  const idOf = (owner: TokenOwner) => tokenRowId(encryption, owner);

  function opened(owner: TokenOwner, row: TokenRow | undefined): StoredTokens | null {
    if (!row || row.revision === null || row.connectedAt === null) return null;
    const { digest, tokens: values } = openTokens(encryption, owner, row.sealed);
    if (values === null || digest !== owner.digest) return null;
    return { ...values, revision: row.revision, remainingMs: row.remainingMs, expiresAt: row.expiresAt, connectedAt: row.connectedAt };
  }

  async function read(session: Session, owner: TokenOwner): Promise<StoredTokens | null> {
    const [row] = await session.select(COLUMNS).from(tokens).where(eq(tokens.id, idOf(owner)));
    return opened(owner, row);
  }

  /** What a row has once these tokens are in it. */
  const contents = (owner: TokenOwner, values: TokenValues) => ({
    sealed: sealTokens(encryption, owner, values),
    revision: randomUUID(),
    expiresAt: after(values.lifetimeMs),
    changedAt: NOW,
    leaseHolder: null,
    leaseUntil: null,
  });

  return {
    read: (owner) => database.run('tokens.read', (session) => read(session, owner)),

    lease: (owner, { seen, holder, forMs }) =>
      database.run('tokens.lease', async (session) => {
        const lease = { leaseHolder: holder, leaseUntil: after(forMs) };
        const { buyer, destination } = owner;
        const [row] = await session
          .insert(tokens)
          .values({ id: idOf(owner), buyer, destination, sealed: sealTokens(encryption, owner, null), changedAt: NOW, ...lease })
          .onConflictDoUpdate({
            target: tokens.id,
            set: lease,
            setWhere: sql`${tokens.revision} is not distinct from ${seen} and (${tokens.leaseUntil} is null or ${tokens.leaseUntil} <= ${NOW})`,
          })
          .returning(COLUMNS);
        if (row) return { lease: 'taken', tokens: opened(owner, row) };
        const there = await read(session, owner);
        return (there?.revision ?? null) === seen ? { lease: 'busy' } : { lease: 'moved', tokens: there };
      }),

    save: (owner, seen, values) =>
      database.transaction('tokens.save', async (tx) => {
        const ours = and(eq(tokens.id, idOf(owner)), sql`${tokens.revision} is not distinct from ${seen}`);
        const [before] = await tx.select(COLUMNS).from(tokens).where(ours).for('update');
        if (!before) return null;
        const refreshToken = values.refreshToken ?? opened(owner, before)?.refreshToken ?? null;
        const [row] = await tx
          .update(tokens)
          .set({ ...contents(owner, { ...values, refreshToken }), connectedAt: sql`coalesce(${tokens.connectedAt}, ${NOW})` })
          .where(ours)
          .returning(COLUMNS);
        const { buyer, destination } = owner;
        await tx.delete(tokens).where(and(eq(tokens.buyer, buyer), eq(tokens.destination, destination), sql`${tokens.changedAt} < ${NOW} - ${LEFT_BEHIND} and ${tokens.id} <> ${idOf(owner)}`));
        return opened(owner, row);
      }),

    release: (owner, holder) =>
      database.run('tokens.release', async (session) => {
        await session
          .update(tokens)
          .set({ leaseHolder: null, leaseUntil: null })
          .where(and(eq(tokens.id, idOf(owner)), eq(tokens.leaseHolder, holder)));
      }),

    connect: (owner, values) =>
      database.run('tokens.connect', async (session) => {
        const { buyer, destination } = owner;
        const row = { ...contents(owner, values), connectedAt: NOW };
        await session
          .insert(tokens)
          .values({ id: idOf(owner), buyer, destination, ...row })
          .onConflictDoUpdate({ target: tokens.id, set: row });
      }),

    forget: (buyer, destination) =>
      database.run('tokens.forget', async (session) => {
        const rows = await session
          .delete(tokens)
          .where(and(eq(tokens.buyer, buyer), eq(tokens.destination, destination)))
          .returning({ revision: tokens.revision });
        return rows.some(({ revision }) => revision !== null);
      }),
  };
}
