import { describe, expect, it } from 'vitest';
import { summarize } from '../figures.ts';
import type { Latency } from '../load/latency.ts';
import type { WorkloadFigures } from './measure.ts';
import { medianOf, medianRatios } from './medians.ts';

function latencyAround(ms: number): Latency {
  return { dueToAcceptedMs: summarize([ms / 10]), acceptedToLastDeliveryMs: summarize([ms, 2 * ms]), dueToLastDeliveryMs: summarize([1.1 * ms, 2.2 * ms]) };
}

function figures(leadsPerSecond: number, ms: number, cpuMs: number | null = 10): WorkloadFigures {
  return {
    idle: latencyAround(ms),
    halfLoad: { ...latencyAround(2 * ms), leadsPerSecond: leadsPerSecond / 2 },
    closedLoop: { ...latencyAround(10 * ms), leadsPerSecond },
    history: { workflows: 1, events: 12, workflowTasks: 2, activities: 1 },
    cpuPerLead: cpuMs === null ? null : { nodeMs: cpuMs, temporalMs: 2 * cpuMs },
    repeatedDeliveries: 0,
  };
}

describe('medians of rounds', () => {
  it('are those of each figure, so that one disturbed round moves none', () => {
    const rounds = [figures(20, 50), figures(2, 5_000, 900), figures(22, 54, 12)];
    const { closedLoop, halfLoad, idle, cpuPerLead } = medianOf(rounds);
    expect(closedLoop.leadsPerSecond).toBe(20);
    expect(halfLoad.leadsPerSecond).toBe(10);
    expect(idle.acceptedToLastDeliveryMs).toMatchObject({ count: 2, p50: 54, p95: 108, max: 108 });
    expect(cpuPerLead).toEqual({ nodeMs: 12, temporalMs: 24 });
  });

  it('of a single round are its figures', () => {
    expect(medianOf([figures(20, 50)])).toEqual(figures(20, 50));
  });

  it('know no processor time where no round does', () => {
    expect(medianOf([figures(20, 50, null)]).cpuPerLead).toBeNull();
  });
});

describe('ratios', () => {
  it('are Leadrail’s figure divided by the floor’s', () => {
    const ratios = medianRatios([figures(15, 60)], [figures(30, 40)]);
    expect(ratios.leadsPerSecond).toBe(0.5);
    expect(ratios.idle.acceptedToLastDelivery).toEqual({ p50: 1.5, p95: 1.5 });
    expect(ratios.halfLoad.dueToLastDelivery.p95).toBeCloseTo(1.5);
  });

  it('are those within a round, so that a machine that slows down for a whole round changes none', () => {
    const leadrail = [figures(27, 50), figures(9, 150), figures(18, 75)];
    const floor = [figures(30, 40), figures(10, 120), figures(20, 60)];
    expect(medianRatios(leadrail, floor).leadsPerSecond).toBe(0.9);
    expect(medianRatios(leadrail, floor).idle.acceptedToLastDelivery.p50).toBe(1.25);
  });
});
