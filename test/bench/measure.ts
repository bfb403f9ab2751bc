import { perSecond, summarize, type Summary } from './figures.ts';
import { averageHistory, type HistorySize } from './history.ts';
import { sendLeads, type DeliveredLead, type LoadOptions, type LoadTarget } from './load.ts';
import type { Scenario } from './scenarios.ts';
import type { SystemUnderTest } from './system-under-test.ts';

/** What leads needed, in milliseconds. */
export interface Latency {
  /** From their first byte to the 202. */
  sentToAcceptedMs: Summary;
  /** From the 202 to the arrival of the last delivery. */
  acceptedToLastDeliveryMs: Summary;
  sentToLastDeliveryMs: Summary;
}

export interface ScenarioFigures {
  scenario: string;
  /** Leads one at a time. */
  idle: Latency;
  /** `concurrency` leads at a time. Leads a second from the first request to the last arrival. */
  load: Latency & LoadOptions & { durationMs: number; leadsPerSecond: number };
  /** Of leads one at a time: under load Temporal may do more in one task. */
  history: HistorySize & { leads: number };
  /** Requests that reached the sink more than once. */
  repeatedDeliveries: number;
}

const WARM_UP: LoadOptions = { leads: 20, concurrency: 5 };
const IDLE: LoadOptions = { leads: 30, concurrency: 1 };
const HISTORY_LEADS = 10;

/** Runs one scenario: warms up, then measures leads one at a time, then under load, then what stands in their histories. */
export async function measure(scenario: Scenario, load: LoadOptions, system: SystemUnderTest, signal: AbortSignal, progress: (line: string) => void): Promise<ScenarioFigures> {
  const { arrivals } = system.sink;
  const target: LoadTarget = { address: system.address, intakeKey: system.intakeKey, arrivals, signal };
  const repeatedBefore = arrivals.repeated;
  const send = (what: string, options: LoadOptions) => {
    progress(`${scenario.name}: ${what}, ${options.leads} leads, ${options.concurrency} at a time`);
    return sendLeads(scenario, options, target);
  };
  await send('warming up', WARM_UP);
  const idle = await send('idle', IDLE);
  const loaded = await send('load', load);
  const sample = idle.slice(0, HISTORY_LEADS).map(({ leadId }) => leadId);
  const history = await averageHistory(system.temporal, sample);
  const durationMs = Math.max(...loaded.map(({ lastDeliveryAtMs }) => lastDeliveryAtMs)) - Math.min(...loaded.map(({ sentAtMs }) => sentAtMs));
  return {
    scenario: scenario.name,
    idle: latencyOf(idle),
    load: { ...load, ...latencyOf(loaded), durationMs, leadsPerSecond: perSecond(load.leads, durationMs) },
    history: { ...history, leads: sample.length },
    repeatedDeliveries: arrivals.repeated - repeatedBefore,
  };
}

function latencyOf(leads: readonly DeliveredLead[]): Latency {
  return {
    sentToAcceptedMs: summarize(leads.map(({ sentAtMs, acceptedAtMs }) => acceptedAtMs - sentAtMs)),
    acceptedToLastDeliveryMs: summarize(leads.map(({ acceptedAtMs, lastDeliveryAtMs }) => lastDeliveryAtMs - acceptedAtMs)),
    sentToLastDeliveryMs: summarize(leads.map(({ sentAtMs, lastDeliveryAtMs }) => lastDeliveryAtMs - sentAtMs)),
  };
}
