import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { isAnyOf, toIsoTime } from './columns.ts';
import type { Session } from './database.ts';
import { deliveryColumns, toDeliveryRecord } from './delivery-rows.ts';
import type { Encryption } from './encryption.ts';
import { openKeptRequest } from './kept-request.ts';
import { leadColumns, toLeadRecord } from './lead-rows.ts';
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

/** All that activities need to go on with some deliveries, in the order asked for; null where there is no such delivery. */
export async function readWork(session: Session, encryption: Encryption, ids: string[]): Promise<(DeliveryWork | null)[]> {
  const rows = await session
    .select({ lead: leadColumns, delivery: deliveryColumns, kept: deliveries.keptRequest, attempts: attemptsOfDelivery })
    .from(deliveries)
    .innerJoin(leads, eq(leads.id, deliveries.leadId))
    .where(isAnyOf(deliveries.id, ids));
  const works = new Map(
    rows.map(({ lead, delivery, kept, attempts }): [string, DeliveryWork] => [
      delivery.id,
      {
        lead: toLeadRecord(lead),
        delivery: toDeliveryRecord(delivery),
        attempts: attemptsSchema.parse(attempts),
        rendered: kept === null ? null : openKeptRequest(encryption, delivery.id, kept),
      },
    ]),
  );
  return ids.map((id) => works.get(id) ?? null);
}
