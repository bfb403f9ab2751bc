import { median, ratio, type Summary } from '../figures.ts';
import type { Latency } from '../load/latency.ts';
import type { CpuTime } from './cpu-time.ts';
import type { HistorySize } from './history.ts';
import type { WorkloadFigures } from './measure.ts';

/** How Leadrail compares with a floor: each is Leadrail's figure divided by the floor's. */
export interface Ratios {
  /** 1 is as many, less is fewer. */
  leadsPerSecond: number;
  /** 1 is as fast, more is slower. */
  idle: RatiosOfLatency;
  halfLoad: RatiosOfLatency;
}

export interface RatiosOfLatency {
  acceptedToLastDelivery: { p50: number; p95: number };
  /** Here it does not matter whether a system answers before or after it has started the workflow. */
  dueToLastDelivery: { p50: number; p95: number };
}

/** The figures of several rounds as one: the median of each. Throws for no rounds. */
export function medianOf(rounds: readonly WorkloadFigures[]): WorkloadFigures {
  return {
    idle: latency(rounds.map(({ idle }) => idle)),
    halfLoad: rated(rounds.map(({ halfLoad }) => halfLoad)),
    closedLoop: rated(rounds.map(({ closedLoop }) => closedLoop)),
    history: history(rounds.map((round) => round.history)),
    cpuPerLead: cpuTime(rounds.flatMap(({ cpuPerLead }) => cpuPerLead ?? [])),
    repeatedDeliveries: median(rounds.map(({ repeatedDeliveries }) => repeatedDeliveries)),
  };
}

/** The median of each round's ratios: in a round both were measured one right after the other. Throws for no rounds. */
export function medianRatios(leadrail: readonly WorkloadFigures[], floor: readonly WorkloadFigures[]): Ratios {
  const rounds = leadrail.flatMap((figures, round) => {
    const beside = floor[round];
    return beside === undefined ? [] : [ratiosOf(figures, beside)];
  });
  const times = (load: 'idle' | 'halfLoad') => {
    const of = (time: keyof RatiosOfLatency) => ({ p50: median(rounds.map((one) => one[load][time].p50)), p95: median(rounds.map((one) => one[load][time].p95)) });
    return { acceptedToLastDelivery: of('acceptedToLastDelivery'), dueToLastDelivery: of('dueToLastDelivery') };
  };
  return { leadsPerSecond: median(rounds.map(({ leadsPerSecond }) => leadsPerSecond)), idle: times('idle'), halfLoad: times('halfLoad') };
}

/** Throws where the floor has no time to compare with. */
function ratiosOf(leadrail: WorkloadFigures, floor: WorkloadFigures): Ratios {
  return {
    leadsPerSecond: ratio(leadrail.closedLoop.leadsPerSecond, floor.closedLoop.leadsPerSecond),
    idle: latencyRatios(leadrail.idle, floor.idle),
    halfLoad: latencyRatios(leadrail.halfLoad, floor.halfLoad),
  };
}

function latencyRatios(leadrail: Latency, floor: Latency): RatiosOfLatency {
  const of = (time: keyof Latency) => ({ p50: ratio(leadrail[time].p50, floor[time].p50), p95: ratio(leadrail[time].p95, floor[time].p95) });
  return { acceptedToLastDelivery: of('acceptedToLastDeliveryMs'), dueToLastDelivery: of('dueToLastDeliveryMs') };
}

function rated(rounds: readonly (Latency & { leadsPerSecond: number })[]): Latency & { leadsPerSecond: number } {
  return { ...latency(rounds), leadsPerSecond: median(rounds.map(({ leadsPerSecond }) => leadsPerSecond)) };
}

function latency(rounds: readonly Latency[]): Latency {
  const of = (time: keyof Latency) => summary(rounds.map((round) => round[time]));
  return { dueToAcceptedMs: of('dueToAcceptedMs'), acceptedToLastDeliveryMs: of('acceptedToLastDeliveryMs'), dueToLastDeliveryMs: of('dueToLastDeliveryMs') };
}

function summary(rounds: readonly Summary[]): Summary {
  const of = (figure: keyof Summary) => median(rounds.map((round) => round[figure]));
  return { count: of('count'), p50: of('p50'), p95: of('p95'), p99: of('p99'), max: of('max') };
}

function history(rounds: readonly HistorySize[]): HistorySize {
  const of = (count: keyof HistorySize) => median(rounds.map((round) => round[count]));
  return { workflows: of('workflows'), events: of('events'), workflowTasks: of('workflowTasks'), activities: of('activities') };
}

function cpuTime(rounds: readonly CpuTime[]): CpuTime | null {
  if (rounds.length === 0) return null;
  return { nodeMs: median(rounds.map(({ nodeMs }) => nodeMs)), temporalMs: median(rounds.map(({ temporalMs }) => temporalMs)) };
}
