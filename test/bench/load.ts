import { setMaxListeners } from 'node:events';
import { Pool } from 'undici';
import { z } from 'zod';
import type { Arrivals } from './arrivals.ts';
import { nowMs } from './clock.ts';
import { leadFields, type Scenario } from './scenarios.ts';

/** One lead's way, in times of `nowMs`. */
export interface DeliveredLead {
  leadId: string;
  /** Its request was about to be sent. */
  sentAtMs: number;
  /** The client had the 202. */
  acceptedAtMs: number;
  /** The last of its deliveries had arrived at the sink. */
  lastDeliveryAtMs: number;
}

export interface LoadTarget {
  address: string;
  intakeKey: string;
  arrivals: Arrivals;
  signal: AbortSignal;
}

export interface LoadOptions {
  leads: number;
  /** Leads on their way at once: the next is sent when one has arrived everywhere. */
  concurrency: number;
}

/** A lead that needs longer is not slow but lost. */
const DELIVERY_DEADLINE_MS = 60_000;
const acceptedSchema = z.object({ id: z.string() });

/** Sends leads in a closed loop, over connections that are kept open, until every delivery has arrived. Rejects at the first lead that was not accepted or did not arrive. */
export async function sendLeads(scenario: Scenario, { leads, concurrency }: LoadOptions, target: LoadTarget): Promise<DeliveredLead[]> {
  const pool = new Pool(target.address, { connections: concurrency, pipelining: 1 });
  // One poster that fails ends the others: what they would measure is worth nothing.
  const failure = new AbortController();
  const signal = AbortSignal.any([target.signal, failure.signal]);
  // Every poster listens; that is no leak.
  setMaxListeners(0, signal);
  const delivered: DeliveredLead[] = [];
  let next = 0;
  const post = async () => {
    while (next < leads) {
      next += 1;
      delivered.push(await deliverOne(pool, scenario, next, { ...target, signal }));
    }
  };
  try {
    const posters = Array.from({ length: Math.min(concurrency, leads) }, async () => {
      try {
        await post();
      } catch (error) {
        failure.abort(error);
        throw error;
      }
    });
    await Promise.all(posters);
    return delivered;
  } finally {
    await pool.destroy();
  }
}

async function deliverOne(pool: Pool, scenario: Scenario, number: number, { intakeKey, arrivals, signal }: LoadTarget): Promise<DeliveredLead> {
  const body = JSON.stringify(leadFields(scenario, number));
  const sentAtMs = nowMs();
  const response = await pool.request({
    method: 'POST',
    path: '/v1/leads',
    headers: { authorization: `Bearer ${intakeKey}`, 'content-type': 'application/json' },
    body,
    signal,
  });
  const text = await response.body.text();
  const acceptedAtMs = nowMs();
  if (response.statusCode !== 202) throw new Error(`intake answered ${response.statusCode} instead of 202: ${text}`);
  const { id: leadId } = acceptedSchema.parse(JSON.parse(text));
  const lastDeliveryAtMs = await arrivals.lastOf({ leadId, deliveries: scenario.deliveries, deadlineMs: DELIVERY_DEADLINE_MS, signal });
  return { leadId, sentAtMs, acceptedAtMs, lastDeliveryAtMs };
}
