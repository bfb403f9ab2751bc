import { Pool } from 'undici';
import { atFixedRate } from './fixed-rate.ts';
import type { DeliveredLead, LeadOf, LoadTarget } from './load-target.ts';
import { deliverLead, postLead } from './send-lead.ts';
import { Together } from './together.ts';

export interface OpenLoop {
  leads: number;
  leadsPerSecond: number;
}

/** Sends leads at a fixed rate, each at its due time, however many are on their way. Rejects at the first that was not accepted or did not arrive. */
export async function sendOpenLoop(leadOf: LeadOf, options: OpenLoop, target: LoadTarget): Promise<DeliveredLead[]> {
  return evenly(options, target, (pool, number, dueAtMs, within) => deliverLead(pool, { number, dueAtMs, ...leadOf(number) }, within));
}

/** As `sendOpenLoop`, but waits for no delivery. Gives the leads' ids. */
export async function postOpenLoop(leadOf: LeadOf, options: OpenLoop, target: LoadTarget): Promise<string[]> {
  return evenly(options, target, async (pool, number, _, within) => (await postLead(pool, leadOf(number).fields, within)).leadId);
}

async function evenly<T>(
  { leads, leadsPerSecond }: OpenLoop,
  target: LoadTarget,
  send: (pool: Pool, number: number, dueAtMs: number, target: LoadTarget) => Promise<T>,
): Promise<T[]> {
  // As many connections as it takes: a lead that waits for one would not be sent when it is due.
  const pool = new Pool(target.address, { pipelining: 1 });
  const together = new Together(target.signal);
  const within = { ...target, signal: together.signal };
  try {
    return await atFixedRate({ count: leads, perSecond: leadsPerSecond, signal: together.signal }, (number, dueAtMs) => together.run(() => send(pool, number, dueAtMs, within)));
  } finally {
    await pool.destroy();
  }
}
