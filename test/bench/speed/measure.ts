import { untilCalm } from '../calm.ts';
import { perSecond } from '../figures.ts';
import { sendClosedLoop } from '../load/closed-loop.ts';
import { latencyOf, type Latency } from '../load/latency.ts';
import { leadFields } from '../load/lead-fields.ts';
import type { DeliveredLead, LeadOf, LoadTarget } from '../load/load-target.ts';
import { sendOpenLoop } from '../load/open-loop.ts';
import type { MeasuredSystem } from '../measured-system.ts';
import type { Run } from '../run.ts';
import type { Arrivals } from '../sink/arrivals.ts';
import { readCpuTime, type CpuTime } from './cpu-time.ts';
import { averageHistory, leadEnded, type HistorySize } from './history.ts';

/** What is sent in one measurement. */
export interface Workload {
  /** For the person who waits. */
  title: string;
  campaign: string;
  deliveries: number;
}

export interface SpeedLoad {
  /** In the closed loop, and again at half load. */
  leads: number;
  /** Of the closed loop: leads on their way at once. */
  concurrency: number;
  /** Leads one at a time. */
  idleLeads: number;
  /** After the start of a process, before anything is measured. */
  warmUpLeads: number;
}

export interface WorkloadFigures {
  /** One lead at a time, the next when the workflow of the one before has ended. */
  idle: Latency;
  /** At a fixed rate: half of the closed loop's leads a second. */
  halfLoad: Latency & { leadsPerSecond: number };
  /** As fast as it goes with `concurrency` leads on their way. Leads a second from the first request to the last arrival. */
  closedLoop: Latency & { leadsPerSecond: number };
  /** A lead's, from idle leads: under load Temporal may do more in one task. */
  history: HistorySize;
  /** A lead's, in the closed loop, with the work that is left after its last arrival; null where it cannot be known. */
  cpuPerLead: CpuTime | null;
  /** Requests that reached the sink more than once. */
  repeatedDeliveries: number;
}

/** Of its kind, before each measurement. */
const WARM_UP_LEADS = 50;
const HISTORY_LEADS = 10;

/** Sends leads to a process that has just started, and measures nothing: until it has run often, V8 interprets and compiles what the others only run. */
export async function warmUp(workload: Workload, { warmUpLeads: leads, concurrency }: SpeedLoad, system: MeasuredSystem, arrivals: Arrivals, run: Run): Promise<void> {
  run.progress(`${workload.title}: ${leads} leads to warm up`);
  const sent = await sendClosedLoop(leadsOf(workload), { leads, concurrency }, targetOf(system, arrivals, run));
  await Promise.all(latest(sent, concurrency).map(({ leadId }) => leadEnded(system.temporal, leadId)));
  await untilCalm(system.processes, run);
}

/** Measures leads one at a time, as fast as they go, and at half of that. The system rests when it is done. */
export async function measure({ title, campaign, deliveries }: Workload, load: SpeedLoad, system: MeasuredSystem, arrivals: Arrivals, run: Run): Promise<WorkloadFigures> {
  const target = targetOf(system, arrivals, run);
  const leadOf = leadsOf({ campaign, deliveries });
  const repeatedBefore = arrivals.repeated;
  const ended = ({ leadId }: DeliveredLead) => leadEnded(system.temporal, leadId);
  // What one stage leaves behind is no load on the next.
  const allEnded = (leads: readonly DeliveredLead[]) => Promise.all(latest(leads, load.concurrency).map(ended));

  run.progress(`${title}: ${load.idleLeads} leads, one at a time`);
  await allEnded(await sendClosedLoop(leadOf, { leads: WARM_UP_LEADS, concurrency: load.concurrency }, target));
  await untilCalm(system.processes, run);
  const idle = await sendClosedLoop(leadOf, { leads: load.idleLeads, concurrency: 1, afterEach: ended }, target);
  const sample = idle.slice(0, HISTORY_LEADS).map(({ leadId }) => leadId);
  const history = await averageHistory(system.temporal, sample);

  run.progress(`${title}: ${load.leads} leads, ${load.concurrency} at a time`);
  const cpuBefore = readCpuTime(system.processes);
  const closedLoop = await sendClosedLoop(leadOf, load, target);
  await allEnded(closedLoop);
  const cpuAfter = readCpuTime(system.processes);
  const most = perSecond(load.leads, durationMs(closedLoop));

  run.progress(`${title}: ${load.leads} leads, ${(most / 2).toFixed(1)} a second`);
  await untilCalm(system.processes, run);
  const halfLoad = await sendOpenLoop(leadOf, { leads: load.leads, leadsPerSecond: most / 2 }, target);
  await allEnded(halfLoad);
  // The other system is measured next.
  await untilCalm(system.processes, run);
  return {
    idle: latencyOf(idle),
    halfLoad: { ...latencyOf(halfLoad), leadsPerSecond: most / 2 },
    closedLoop: { ...latencyOf(closedLoop), leadsPerSecond: most },
    history,
    cpuPerLead: cpuBefore && cpuAfter && { nodeMs: (cpuAfter.nodeMs - cpuBefore.nodeMs) / load.leads, temporalMs: (cpuAfter.temporalMs - cpuBefore.temporalMs) / load.leads },
    repeatedDeliveries: arrivals.repeated - repeatedBefore,
  };
}

function targetOf({ address, intakeKey }: MeasuredSystem, arrivals: Arrivals, { signal }: Run): LoadTarget {
  return { address, intakeKey, arrivals, signal };
}

function leadsOf({ campaign, deliveries }: Pick<Workload, 'campaign' | 'deliveries'>): LeadOf {
  return (number) => ({ fields: leadFields(campaign, number), deliveries });
}

function durationMs(leads: readonly DeliveredLead[]): number {
  return Math.max(...leads.map(({ lastDeliveryAtMs }) => lastDeliveryAtMs)) - Math.min(...leads.map(({ dueAtMs }) => dueAtMs));
}

/** Those that arrived last: with them, all have ended or are about to. */
function latest(leads: readonly DeliveredLead[], count: number): DeliveredLead[] {
  return leads.toSorted((a, b) => b.lastDeliveryAtMs - a.lastDeliveryAtMs).slice(0, count);
}
