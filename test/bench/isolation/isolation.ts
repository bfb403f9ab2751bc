import type { BenchDatabase } from '../arguments.ts';
import { untilCalm } from '../calm.ts';
import { withEndings } from '../endings.ts';
import { perSecond, ratio, summarize, type Summary } from '../figures.ts';
import { HELD_BUYERS, HELD_DOORS, HELD_ROUTES } from '../held-buyers.ts';
import { configurationFor } from '../leadrail/configuration.ts';
import { withLeadrail } from '../leadrail/leadrail-system.ts';
import { sendClosedLoop } from '../load/closed-loop.ts';
import type { DeliveredLead, LeadOf, LoadTarget } from '../load/load-target.ts';
import { sendOpenLoop } from '../load/open-loop.ts';
import type { Run } from '../run.ts';
import { Sink } from '../sink/sink.ts';
import { leadEnded } from '../speed/history.ts';
import { BUSY_FACTOR, isForBusy, isForFirst, isForLast, ISOLATION_BUYERS, ISOLATION_DOORS, ISOLATION_ROUTES, SHARERS, toFirstAndBusy, toFive, toFourAndHanging } from './buyers.ts';
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

/** Measures what one buyer's trouble is to others, all on one Leadrail with one worker. */
export async function measureIsolation(options: IsolationOptions, run: Run): Promise<IsolationFigures> {
  return withEndings(async (atEnd) => {
    const sink = await Sink.start([...ISOLATION_DOORS, ...HELD_DOORS], run.lose);
    atEnd(() => sink.stop());
    const configuration = configurationFor(sink, [...ISOLATION_BUYERS, ...HELD_BUYERS], [...ISOLATION_ROUTES, ...HELD_ROUTES]);
    return withLeadrail({ configuration, database: options.database }, run, async (system) => {
      const target: LoadTarget = { ...system, arrivals: sink.arrivals, signal: run.signal };
      const ended = (sent: readonly DeliveredLead[]) => Promise.all(sent.map(({ leadId }) => leadEnded(system.temporal, leadId)));
      const { leads, concurrency, warmUpLeads } = options;

      run.progress(`capacity: ${warmUpLeads} leads to warm up, then ${leads}, ${concurrency} at a time`);
      await ended(await sendClosedLoop(toFive, { leads: warmUpLeads, concurrency }, target));
      await untilCalm(system.processes, run);
      const fastest = await sendClosedLoop(toFive, { leads, concurrency }, target);
      const capacity = perSecond(leads, durationMs(fastest));
      await ended(fastest);

      const rate = capacity * options.rateShare;
      const send = async (title: string, leadOf: LeadOf, times = 1) => {
        const load = { leads: Math.ceil(leads * times), leadsPerSecond: rate * times };
        await untilCalm(system.processes, run);
        run.progress(`${title}: ${load.leads} leads, ${load.leadsPerSecond.toFixed(1)} a second`);
        return sendOpenLoop(leadOf, load, target);
      };
      const baseline = await send(`baseline, ${SHARERS} buyers`, toFive);
      const more = (1 + BUSY_FACTOR) / SHARERS;
      const sharing = await send(`as many leads as with a busy buyer, ${SHARERS} buyers`, toFive, more);
      const besideBusy = await send('beside a busy buyer', toFirstAndBusy, more);
      const besideHanging = await send('beside a buyer that hangs', toFourAndHanging);
      const hung = besideHanging.filter(({ number }) => isForLast(number));
      run.progress(`waiting until Leadrail has given up on ${hung.length} deliveries that hang`);
      await ended(hung);

      const ofFirst = (sent: readonly DeliveredLead[]) => sent.filter(({ number }) => isForFirst(number));
      const ofFour = (sent: readonly DeliveredLead[]) => sent.filter(({ number }) => !isForLast(number));
      const busy = beside(ofFirst(baseline), besideBusy.filter(({ number }) => !isForBusy(number)));
      const shared = beside(ofFirst(baseline), ofFirst(sharing));
      const hanging = beside(ofFour(baseline), ofFour(besideHanging));
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
