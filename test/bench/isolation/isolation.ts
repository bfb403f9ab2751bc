import type { BenchDatabase } from '../arguments.ts';
import { untilCalm } from '../calm.ts';
import { withEndings } from '../endings.ts';
import { perSecond, ratio, summarize, type Summary } from '../figures.ts';
import { HELD_BUYERS, HELD_DOORS, HELD_ROUTES } from '../held-buyers.ts';
import { configurationFor } from '../leadrail/configuration.ts';
import { withLeadrail } from '../leadrail/leadrail-system.ts';
import { sendClosedLoop } from '../load/closed-loop.ts';
import type { DeliveredLead, LoadTarget } from '../load/load-target.ts';
import { postOpenLoop, sendOpenLoop } from '../load/open-loop.ts';
import type { Run } from '../run.ts';
import { Sink } from '../sink/sink.ts';
import { leadEnded } from '../speed/history.ts';
import { ISOLATION_BUYERS, ISOLATION_DOORS, ISOLATION_ROUTES, leadFor, leadTo, SHARERS } from './buyers.ts';
import { holdInFlight, type InFlightFigures } from './in-flight.ts';

export interface IsolationOptions {
  /** Of the baseline. */
  leads: number;
  /** Of the closed loop that finds the capacity. */
  concurrency: number;
  /** Before anything is measured. */
  warmUpLeads: number;
  /** The baseline's rate as a part of the capacity. */
  rateShare: number;
  /** Deliveries that one worker is to hold at once. */
  inFlight: number;
  database: BenchDatabase;
}

/** What the buyers without trouble saw beside it, and what the same buyers saw in the baseline: accepted → delivered, in milliseconds. */
export interface Beside {
  baselineMs: Summary;
  besideMs: Summary;
  /** 1: the other's trouble was its own. */
  p95Ratio: number;
}

export interface IsolationFigures {
  /** Leads a second of the closed loop. */
  capacity: number;
  /** Leads a second of the baseline, to five buyers. */
  baselineRate: number;
  /** A fifth of the baseline's leads went to a buyer that hangs; of the other four. */
  hanging: Beside;
  /** Another buyer got ten times the traffic of the one that is watched, whose rate stayed as it was. */
  busy: Beside;
  /** As many leads a second as with the busy buyer, shared by all: what of it is the machine's, and no buyer's. */
  shared: Beside;
  /** p95 beside the busy buyer, divided by that in the load that is shared. */
  busyToShared: number;
  inFlight: InFlightFigures;
}

const BUSY_FACTOR = 10;

/** Measures what one buyer's trouble is to others, all on one Leadrail with one worker. */
export async function measureIsolation(options: IsolationOptions, run: Run): Promise<IsolationFigures> {
  return withEndings(async (atEnd) => {
    const sink = await Sink.start([...ISOLATION_DOORS, ...HELD_DOORS], run.lose);
    atEnd(() => sink.stop());
    const configuration = configurationFor(sink, [...ISOLATION_BUYERS, ...HELD_BUYERS], [...ISOLATION_ROUTES, ...HELD_ROUTES]);
    return withLeadrail({ configuration, database: options.database }, run, async (system) => {
      const target: LoadTarget = { ...system, arrivals: sink.arrivals, signal: run.signal };
      const ended = (leadIds: readonly string[]) => Promise.all(leadIds.map((leadId) => leadEnded(system.temporal, leadId)));
      const { leads, concurrency, warmUpLeads } = options;

      run.progress(`capacity: ${warmUpLeads} leads to warm up, then ${leads}, ${concurrency} at a time`);
      await sendClosedLoop(leadFor(SHARERS), { leads: warmUpLeads, concurrency }, target);
      const fastest = await sendClosedLoop(leadFor(SHARERS), { leads, concurrency }, target);
      const capacity = perSecond(leads, durationMs(fastest));
      await ended(fastest.map(({ leadId }) => leadId));
      await untilCalm(system.processes, run);

      const rate = capacity * options.rateShare;
      const others = Math.ceil((leads * (SHARERS - 1)) / SHARERS);
      const one = Math.ceil(leads / SHARERS);
      run.progress(`baseline: ${leads} leads to ${SHARERS} buyers, ${rate.toFixed(1)} a second`);
      const baseline = await sendOpenLoop(leadFor(SHARERS), { leads, leadsPerSecond: rate }, target);

      const more = (1 + BUSY_FACTOR) / SHARERS;
      await untilCalm(system.processes, run);
      run.progress(`the busy buyer’s load, shared: ${Math.ceil(leads * more)} leads to ${SHARERS} buyers, ${(rate * more).toFixed(1)} a second`);
      const inLoad = await sendOpenLoop(leadFor(SHARERS), { leads: Math.ceil(leads * more), leadsPerSecond: rate * more }, target);

      await untilCalm(system.processes, run);
      run.progress(`beside a busy buyer: ${one} leads, ${one * BUSY_FACTOR} to the other`);
      const [watched] = await Promise.all([
        sendOpenLoop(leadFor(1), { leads: one, leadsPerSecond: rate / SHARERS }, target),
        sendOpenLoop(leadTo('busy'), { leads: one * BUSY_FACTOR, leadsPerSecond: (rate / SHARERS) * BUSY_FACTOR }, target),
      ]);
      const isFirst = ({ number }: DeliveredLead) => number % SHARERS === 1;
      const busy = beside(baseline.filter(isFirst), watched);
      const shared = beside(baseline.filter(isFirst), inLoad.filter(isFirst));

      await untilCalm(system.processes, run);
      run.progress(`beside a hanging buyer: ${others} leads, ${one} to the other`);
      const [healthy, hung] = await Promise.all([
        sendOpenLoop(leadFor(SHARERS - 1), { leads: others, leadsPerSecond: (rate * (SHARERS - 1)) / SHARERS }, target),
        postOpenLoop(leadTo('hanging'), { leads: one, leadsPerSecond: rate / SHARERS }, target),
      ]);
      const hanging = beside(baseline.filter(({ number }) => number % SHARERS !== 0), healthy);
      run.progress(`waiting until Leadrail has given up on ${one} deliveries that hang`);
      await ended(hung);

      const inFlight = await holdInFlight(options, { system, sink, target, run });
      return { capacity, baselineRate: rate, hanging, busy, shared, busyToShared: ratio(busy.besideMs.p95, shared.besideMs.p95), inFlight };
    });
  });
}

function beside(baseline: readonly DeliveredLead[], watched: readonly DeliveredLead[]): Beside {
  const [baselineMs, besideMs] = [baseline, watched].map((leads) => summarize(leads.map(({ acceptedAtMs, lastDeliveryAtMs }) => lastDeliveryAtMs - acceptedAtMs)));
  if (!baselineMs || !besideMs) throw new Error('nothing was measured');
  return { baselineMs, besideMs, p95Ratio: ratio(besideMs.p95, baselineMs.p95) };
}

function durationMs(leads: readonly DeliveredLead[]): number {
  return Math.max(...leads.map(({ lastDeliveryAtMs }) => lastDeliveryAtMs)) - Math.min(...leads.map(({ dueAtMs }) => dueAtMs));
}
