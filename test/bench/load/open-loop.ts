import { Pool } from 'undici';
import { atFixedRate } from './fixed-rate.ts';
import type { DeliveredLead, LeadOf, LoadTarget } from './load-target.ts';
import { deliverLead } from './send-lead.ts';
import { Together } from './together.ts';

export interface OpenLoop {
  leads: number;
  leadsPerSecond: number;
}

/** Sends leads at a fixed rate, each at its due time, however many are on their way. Rejects at the first that was not accepted or did not arrive. */
export async function sendOpenLoop(leadOf: LeadOf, { leads, leadsPerSecond }: OpenLoop, target: LoadTarget): Promise<DeliveredLead[]> {
  // As many connections as it takes: a lead that waits for one would not be sent when it is due.
  const pool = new Pool(target.address, { pipelining: 1 });
  const together = new Together(target.signal);
  const within = { ...target, signal: together.signal };
  try {
    return await atFixedRate({ count: leads, perSecond: leadsPerSecond, signal: together.signal }, (number, dueAtMs) =>
      together.run(() => deliverLead(pool, { number, dueAtMs, ...leadOf(number) }, within)),
    );
  } finally {
    await pool.destroy();
  }
}
