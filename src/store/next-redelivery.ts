import { eq, sql } from 'drizzle-orm';
import type { Session } from './database.ts';
import { leads } from './schema.ts';

/** Counts a lead's redeliveries up by one, atomically; gives the number. */
export async function nextRedelivery(session: Session, leadId: string): Promise<number> {
  const [row] = await session
    .update(leads)
    .set({ redeliveries: sql`${leads.redeliveries} + 1` })
    .where(eq(leads.id, leadId))
    .returning({ number: leads.redeliveries });
  if (!row) throw new Error(`There is no lead ${leadId}.`);
  return row.number;
}
