import { asColumns } from '../table.ts';
import type { Beside, IsolationFigures } from './isolation.ts';

/** For people. */
export function isolationTable({ capacity, baselineRate, hanging, busy, shared, busyToShared, inFlight }: IsolationFigures): string {
  const row = (title: string, { baselineMs, besideMs, p95Ratio }: Beside) => [
    title,
    `${baselineMs.p50.toFixed(0)} / ${baselineMs.p95.toFixed(0)} ms (${baselineMs.count})`,
    `${besideMs.p50.toFixed(0)} / ${besideMs.p95.toFixed(0)} ms (${besideMs.count})`,
    p95Ratio.toFixed(2),
  ];
  return [
    asColumns([
      ['accepted → delivered of the others, p50 / p95 (leads)', 'baseline', 'beside it', 'p95 ratio'],
      row('a fifth of the leads go to a buyer that hangs', hanging),
      row('another buyer gets ten times the traffic', busy),
      row('that many leads, shared by all buyers', shared),
    ]),
    `Beside the busy buyer p95 is ${busyToShared.toFixed(2)} times that of the same load shared by all: what is above 1 is the buyer’s doing, the rest the machine’s.`,
    `Baseline: ${baselineRate.toFixed(1)} leads a second to five buyers; the closed loop made ${capacity.toFixed(1)}. Every lead is sent when it is due.`,
    `In flight: ${inFlight.mostOpen} of ${inFlight.leads} requests were open at once with one worker; ${inFlight.delivered} leads were delivered when they were answered; ${inFlight.repeated} requests came again.`,
  ].join('\n\n');
}
