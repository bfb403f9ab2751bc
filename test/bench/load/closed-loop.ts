import { Pool } from 'undici';
import { nowMs } from '../clock.ts';
import type { DeliveredLead, LeadOf, LoadTarget } from './load-target.ts';
import { deliverLead, postLead } from './send-lead.ts';
import { Together } from './together.ts';

export interface ClosedLoop {
  leads: number;
  /** Leads on their way at once: the next is sent when one has arrived everywhere. */
  concurrency: number;
  /** Waited for, after a lead has arrived, before its sender sends the next. */
  afterEach?: (lead: DeliveredLead) => Promise<unknown>;
}

/** Sends leads over connections that are kept open, until every delivery has arrived. Rejects at the first lead that was not accepted or did not arrive. */
export async function sendClosedLoop(leadOf: LeadOf, { leads, concurrency, afterEach }: ClosedLoop, target: LoadTarget): Promise<DeliveredLead[]> {
  return inParallel({ leads, concurrency }, target, async (pool, number, within) => {
    const lead = await deliverLead(pool, { number, dueAtMs: nowMs(), ...leadOf(number) }, within);
    await afterEach?.(lead);
    return lead;
  });
}

/** Posts leads, `concurrency` requests at a time, and waits for no delivery. Gives the leads' ids. */
export async function postLeads(leadOf: LeadOf, amounts: Pick<ClosedLoop, 'leads' | 'concurrency'>, target: LoadTarget): Promise<string[]> {
  return inParallel(amounts, target, async (pool, number, within) => (await postLead(pool, leadOf(number).fields, within)).leadId);
}

async function inParallel<T>(
  { leads, concurrency }: Pick<ClosedLoop, 'leads' | 'concurrency'>,
  target: LoadTarget,
  send: (pool: Pool, number: number, target: LoadTarget) => Promise<T>,
): Promise<T[]> {
  const pool = new Pool(target.address, { connections: concurrency, pipelining: 1 });
  const together = new Together(target.signal);
  const within = { ...target, signal: together.signal };
  const sent: T[] = [];
  let next = 0;
  const post = async () => {
    while (next < leads) {
      next += 1;
      sent.push(await send(pool, next, within));
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, leads) }, () => together.run(post)));
    return sent;
  } finally {
    await pool.destroy();
  }
}
