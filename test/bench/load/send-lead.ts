import type { Pool } from 'undici';
import { z } from 'zod';
import { nowMs } from '../clock.ts';
import type { DeliveredLead, LeadToSend, LoadTarget } from './load-target.ts';

/** A lead that needs longer is not slow but lost. */
const DELIVERY_DEADLINE_MS = 60_000;
const acceptedSchema = z.object({ id: z.string() });

/** Posts one lead. Rejects where it is not accepted. */
export async function postLead(pool: Pool, fields: Record<string, string>, { intakeKey, signal }: LoadTarget): Promise<{ leadId: string; acceptedAtMs: number }> {
  const response = await pool.request({
    method: 'POST',
    path: '/v1/leads',
    headers: { authorization: `Bearer ${intakeKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(fields),
    signal,
  });
  const text = await response.body.text();
  const acceptedAtMs = nowMs();
  if (response.statusCode !== 202) throw new Error(`intake answered ${response.statusCode} instead of 202: ${text}`);
  return { leadId: acceptedSchema.parse(JSON.parse(text)).id, acceptedAtMs };
}

/** Posts one lead and waits for its deliveries. Rejects where they do not arrive. */
export async function deliverLead(pool: Pool, { number, dueAtMs, fields, deliveries }: LeadToSend & Pick<DeliveredLead, 'number' | 'dueAtMs'>, target: LoadTarget): Promise<DeliveredLead> {
  const { leadId, acceptedAtMs } = await postLead(pool, fields, target);
  const lastDeliveryAtMs = await target.arrivals.lastOf({ leadId, deliveries, deadlineMs: DELIVERY_DEADLINE_MS, signal: target.signal });
  return { number, leadId, dueAtMs, acceptedAtMs, lastDeliveryAtMs };
}
