import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from './database.ts';
import { healthChecks } from './schema.ts';
import type { HealthCheckStore } from './store.ts';

const claimedSchema = z.object({
  rows: z.array(z.object({ buyer: z.string(), destination: z.string(), turn: z.string(), claimed_at_ms: z.coerce.number(), failing: z.boolean() })),
});

/** Whose turn each health check is: one row a destination. */
export function createHealthCheckStore(database: Database): HealthCheckStore {
  return {
    // What is not due is left out before any row is locked: most of the time this only reads. Whoever finds a row locked looks
    // at it again once it is free, and then it is due no more. A row that lies over two intervals ahead is of a longer interval.
    claim: (checks, most) =>
      database.run('healthChecks.claim', async (session) => {
        if (checks.length === 0) return [];
        const list = (values: (string | number)[], type: string) => sql`${sql.param(values)}::${sql.raw(type)}[]`;
        const result = await session.execute(sql`
          with wanted as (
            select buyer, destination, make_interval(secs => every_ms / 1000) as every
            from unnest(
              ${list(checks.map(({ buyer }) => buyer), 'text')}, ${list(checks.map(({ destination }) => destination), 'text')},
              ${list(checks.map(({ everyMs }) => everyMs), 'double precision')}
            ) as given (buyer, destination, every_ms)
          ), due as (
            select buyer, destination, every from wanted left join health_checks as known using (buyer, destination)
            where known.due_at is null or known.due_at <= statement_timestamp() or known.due_at > statement_timestamp() + 2 * every
            order by known.due_at nulls first, buyer, destination limit ${most}
          )
          insert into health_checks as known (buyer, destination, due_at)
          select buyer, destination, statement_timestamp() + every from due order by buyer, destination
          on conflict (buyer, destination) do update set due_at = excluded.due_at
            where known.due_at <= statement_timestamp()
              or known.due_at > excluded.due_at + (excluded.due_at - statement_timestamp())
          returning buyer, destination, failing, due_at::text as turn, extract(epoch from statement_timestamp()) * 1000 as claimed_at_ms`);
        return claimedSchema.parse(result).rows.map((row) => ({
          buyer: row.buyer,
          destination: row.destination,
          turn: row.turn,
          claimedAtMs: Math.floor(row.claimed_at_ms),
          wasFailing: row.failing,
        }));
      }),

    note: ({ buyer, destination, turn, failing }) =>
      database.run('healthChecks.note', async (session) => {
        const isStillItsTurn = failing ? undefined : sql`${healthChecks.dueAt} = ${turn}::timestamptz`;
        await session
          .update(healthChecks)
          .set({ failing })
          .where(and(eq(healthChecks.buyer, buyer), eq(healthChecks.destination, destination), isStillItsTurn));
      }),
  };
}
