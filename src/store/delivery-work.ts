import { eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import { isAnyOf, toIsoTime } from './columns.ts';
import type { Session } from './database.ts';
import { deliveryColumns, toDeliveryRecord } from './delivery-rows.ts';
import type { Encryption } from './encryption.ts';
import { openKeptRequest } from './kept-request.ts';
import { leadColumns, toLeadRecord } from './lead-rows.ts';
import { lockedDelivery, type LockedLead } from './locked-lead.ts';
import type { DeliveryWork } from './records.ts';
import { deliveries, leads } from './schema.ts';

const time = z.string().transform(toIsoTime);

const attemptsSchema = z.array(
  z.object({
    number: z.int(),
    round: z.int(),
    startedAt: time,
    finishedAt: time.nullable(),
    nextAttemptAt: time.nullable(),
    outcome: z.enum(['success', 'failure', 'error']).nullable(),
    kind: z.string().nullable(),
    code: z.string().nullable(),
    counted: z.boolean(),
    configVersion: z.int(),
  }),
);

/** The attempts of a delivery, without bodies, read in the delivery's own row: one statement for everything. */
const attemptsOfDelivery = sql<unknown>`(
  select coalesce(json_agg(json_build_object('number', number, 'round', round, 'startedAt', started_at, 'finishedAt', finished_at,
    'nextAttemptAt', next_attempt_at, 'outcome', outcome, 'kind', kind, 'code', code, 'counted', counted, 'configVersion', config_version)
    order by number), '[]') from attempts where attempts.delivery_id = ${deliveries.id})`;

/** What is read for the next attempts of some deliveries. */
export interface WorkRead {
  /** In the order asked for; null where there is no such delivery. */
  works: (DeliveryWork | null)[];
  /** Their leads with all their deliveries, as they stood at one moment: nobody has locked them. */
  leads: LockedLead[];
}

/** All that activities need to go on with some deliveries, and to write how that ended. One statement. */
export async function readWork(session: Session, encryption: Encryption, ids: string[]): Promise<WorkRead> {
  const isAsked = isAnyOf(deliveries.id, ids);
  const rows = await session
    .select({
      lead: leadColumns,
      delivery: deliveryColumns,
      // Of the others only how they stand.
      kept: sql<string | null>`case when ${isAsked} then ${deliveries.keptRequest} end`,
      attempts: sql<unknown>`case when ${isAsked} then ${attemptsOfDelivery} end`,
    })
    .from(deliveries)
    .innerJoin(leads, eq(leads.id, deliveries.leadId))
    .where(inArray(deliveries.leadId, session.select({ id: deliveries.leadId }).from(deliveries).where(isAsked)));
  const works = new Map(
    rows.flatMap(({ lead, delivery, kept, attempts }): [string, DeliveryWork][] => {
      if (attempts === null) return [];
      const rendered = kept === null ? null : openKeptRequest(encryption, delivery.id, kept);
      return [[delivery.id, { lead: toLeadRecord(lead), delivery: toDeliveryRecord(delivery), attempts: attemptsSchema.parse(attempts), rendered }]];
    }),
  );
  const leadRows = new Map(rows.map(({ lead }) => [lead.id, lead]));
  const seen = [...leadRows.values()].map(({ id, source, receivedAt, status, reason, plans }): LockedLead => ({
    lead: { id, source, receivedAt, status, reason, plans },
    deliveries: rows.filter(({ delivery }) => delivery.leadId === id).map(({ delivery }) => lockedDelivery(delivery)),
  }));
  return { works: ids.map((id) => works.get(id) ?? null), leads: seen };
}
