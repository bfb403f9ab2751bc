import type { ApiClient } from '../../support/api-client.ts';
import type { LeadrailPart } from '../../support/leadrail-part.ts';
import { startTopology } from '../../support/topology.ts';
import { until } from '../../support/until.ts';
import { nowMs } from '../clock.ts';
import { withEndings } from '../endings.ts';
import { summarize, type Summary } from '../figures.ts';
import { HELD_BUYERS, HELD_DOORS, HELD_ROUTES, heldLead } from '../held-buyers.ts';
import { configurationFor } from '../leadrail/configuration.ts';
import { countDelivered } from '../leadrail/count-delivered.ts';
import { intakeKey } from '../leadrail/leadrail-system.ts';
import { postLeads } from '../load/closed-loop.ts';
import type { LoadTarget } from '../load/load-target.ts';
import type { Run } from '../run.ts';
import { Sink } from '../sink/sink.ts';

export interface RecoveryOptions {
  /** Deliveries in flight at the moment of the kill, a round. */
  leads: number;
  rounds: number;
}

export interface RecoveryRound {
  leads: number;
  /** From `kill -9` to the coming again of its request, in milliseconds, a time for each delivery that was cut off. */
  againAfterMs: number[];
  /** Of all leads, once the buyers answered. */
  delivered: number;
}

export interface RecoveryFigures {
  rounds: RecoveryRound[];
  /** Of the deliveries of all rounds. */
  againAfterMs: Summary;
}

interface Stage {
  api: ApiClient;
  sink: Sink;
  target: LoadTarget;
  signal: AbortSignal;
}

const POSTERS = 10;

/** Kills one of two workers in the middle of deliveries, and measures when each of them goes on at the other; again in each round, with a new second worker. */
export async function measureRecovery({ leads, rounds: count }: RecoveryOptions, run: Run): Promise<RecoveryFigures> {
  return withEndings(async (atEnd) => {
    const sink = await Sink.start(HELD_DOORS, run.lose);
    atEnd(() => sink.stop());
    run.progress('starting PostgreSQL, Temporal, an API and two workers');
    const topology = await startTopology({ apis: 1, workers: 2 });
    atEnd(() => topology.stop());
    const api = topology.admin();
    await api.configure(configurationFor(sink, HELD_BUYERS, HELD_ROUTES));
    const target: LoadTarget = { address: api.address, intakeKey: await intakeKey(api), arrivals: sink.arrivals, signal: run.signal };
    const alive = [...topology.workers];
    const rounds: RecoveryRound[] = [];
    for (let round = 1; round <= count; round += 1) {
      run.progress(`round ${round} of ${count}: ${leads} leads to buyers who hold their answers`);
      while (alive.length < 2) alive.push(await topology.startWorker());
      const victim = alive.shift();
      if (victim) rounds.push(await killInFlight(victim, leads, { api, sink, target, signal: run.signal }));
    }
    return { rounds, againAfterMs: summarize(rounds.flatMap(({ againAfterMs }) => againAfterMs)) };
  });
}

async function killInFlight(victim: LeadrailPart, leads: number, { api, sink, target, signal }: Stage): Promise<RecoveryRound> {
  const { requests } = sink;
  sink.hold();
  requests.startAnew();
  const leadIds = await postLeads(heldLead, { leads, concurrency: POSTERS }, target);
  await until('every delivery is in flight', () => {
    signal.throwIfAborted();
    return requests.openNow === leads;
  });
  const killedAtMs = nowMs();
  await victim.kill();
  // The connections of a killed process break off together; all of them have when all deliveries but those are open.
  await until('the deliveries of the killed worker have come again', () => {
    signal.throwIfAborted();
    return requests.cut > 0 && requests.againAt.length === requests.cut && requests.openNow === leads;
  });
  const againAfterMs = requests.againAt.map((atMs) => atMs - killedAtMs);
  sink.release();
  return { leads, againAfterMs, delivered: await countDelivered(api, leadIds, signal) };
}
