import { setTimeout as delay } from 'node:timers/promises';
import { nowMs } from '../clock.ts';
import { heldLead } from '../held-buyers.ts';
import type { LeadrailSystem } from '../leadrail/leadrail-system.ts';
import { postLeads } from '../load/closed-loop.ts';
import type { LoadTarget } from '../load/load-target.ts';
import type { Run } from '../run.ts';
import type { HeldRequests } from '../sink/held-requests.ts';
import type { Sink } from '../sink/sink.ts';
import { countDelivered } from '../leadrail/count-delivered.ts';

export interface InFlightFigures {
  leads: number;
  /** The most requests that the sink saw open at once. */
  mostOpen: number;
  /** Leads that ended delivered once they were answered. */
  delivered: number;
  /** Requests that came again while their delivery was in flight. */
  repeated: number;
}

const LOOK_EVERY_MS = 50;
/** No more come when none has come for this long. */
const PATIENCE_MS = 30_000;

/** Sends leads to buyers who answer none before all are open, and counts how many one worker holds. */
export async function holdInFlight(
  { inFlight: leads, concurrency }: { inFlight: number; concurrency: number },
  { system, sink, target, run }: { system: LeadrailSystem; sink: Sink; target: LoadTarget; run: Run },
): Promise<InFlightFigures> {
  run.progress(`in flight: ${leads} leads to buyers who hold their answers`);
  const { requests, arrivals } = sink;
  const repeatedBefore = arrivals.repeated;
  const leadIds = await postLeads(heldLead, { leads, concurrency }, target);
  await untilOpen(requests, leads, run.signal);
  const { mostOpen } = requests;
  run.progress(`in flight: ${mostOpen} requests are open; they are answered`);
  sink.release();
  const delivered = await countDelivered(system.api, leadIds, run.signal);
  return { leads, mostOpen, delivered, repeated: arrivals.repeated - repeatedBefore };
}

/** Resolves, too, when the number of open requests has stopped to grow. */
async function untilOpen(requests: HeldRequests, count: number, signal: AbortSignal): Promise<void> {
  let most = 0;
  let grewAtMs = nowMs();
  while (requests.openNow < count && nowMs() - grewAtMs < PATIENCE_MS) {
    signal.throwIfAborted();
    if (requests.mostOpen > most) grewAtMs = nowMs();
    most = requests.mostOpen;
    await delay(LOOK_EVERY_MS);
  }
}
