import type { Summary } from '../figures.ts';
import { FLOOR_TITLES } from '../floor/shapes.ts';
import { asColumns } from '../table.ts';
import type { WorkloadFigures } from './measure.ts';
import type { RatiosOfLatency, Ratios } from './medians.ts';
import { SCENARIOS } from './scenarios.ts';
import type { ScenarioFigures, SpeedOptions } from './speed.ts';

interface Row {
  title: string;
  figure: (figures: WorkloadFigures) => string;
  ratio?: (ratios: Ratios) => string;
}

const ROWS: readonly Row[] = [
  { title: 'leads/s, closed loop', figure: ({ closedLoop }) => closedLoop.leadsPerSecond.toFixed(1), ratio: ({ leadsPerSecond }) => leadsPerSecond.toFixed(2) },
  { title: 'idle: accepted → last delivery', figure: ({ idle }) => times(idle.acceptedToLastDeliveryMs), ratio: ({ idle }) => factors(idle, 'acceptedToLastDelivery') },
  { title: 'idle: sent → last delivery', figure: ({ idle }) => times(idle.dueToLastDeliveryMs), ratio: ({ idle }) => factors(idle, 'dueToLastDelivery') },
  { title: 'idle: sent → accepted', figure: ({ idle }) => times(idle.dueToAcceptedMs) },
  { title: 'half load: leads/s', figure: ({ halfLoad }) => halfLoad.leadsPerSecond.toFixed(1) },
  { title: 'half load: accepted → last delivery', figure: ({ halfLoad }) => times(halfLoad.acceptedToLastDeliveryMs), ratio: ({ halfLoad }) => factors(halfLoad, 'acceptedToLastDelivery') },
  { title: 'half load: due → last delivery', figure: ({ halfLoad }) => times(halfLoad.dueToLastDeliveryMs), ratio: ({ halfLoad }) => factors(halfLoad, 'dueToLastDelivery') },
  { title: 'closed loop: accepted → last delivery', figure: ({ closedLoop }) => times(closedLoop.acceptedToLastDeliveryMs) },
  { title: 'closed loop: sent → last delivery', figure: ({ closedLoop }) => times(closedLoop.dueToLastDeliveryMs) },
  { title: 'history events a lead', figure: ({ history }) => history.events.toFixed(1) },
  { title: 'workflow tasks a lead', figure: ({ history }) => history.workflowTasks.toFixed(1) },
  { title: 'activities a lead', figure: ({ history }) => history.activities.toFixed(1) },
  { title: 'workflows a lead', figure: ({ history }) => history.workflows.toFixed(1) },
  { title: 'CPU ms a lead: API and worker', figure: ({ cpuPerLead }) => cpuPerLead?.nodeMs.toFixed(1) ?? 'unknown' },
  { title: 'CPU ms a lead: Temporal server', figure: ({ cpuPerLead }) => cpuPerLead?.temporalMs.toFixed(1) ?? 'unknown' },
  { title: 'requests that came again', figure: ({ repeatedDeliveries }) => String(repeatedDeliveries) },
];

/** For people: a table a scenario, Leadrail beside its floors. */
export function speedTables(options: SpeedOptions, scenarios: readonly ScenarioFigures[]): string {
  return [...scenarios.map(scenarioTable), footnotes(options)].join('\n\n');
}

function scenarioTable({ scenario, leadrail, floors }: ScenarioFigures): string {
  const title = SCENARIOS.find(({ campaign }) => campaign === scenario)?.title ?? scenario;
  const head = [title, 'Leadrail', ...floors.flatMap(({ shape }) => [`floor: ${FLOOR_TITLES[shape]}`, 'ratio'])];
  const rows = ROWS.map((row) => [row.title, row.figure(leadrail.median), ...floors.flatMap(({ median, ratios }) => [row.figure(median), row.ratio?.(ratios) ?? ''])]);
  return asColumns([head, ...rows]);
}

function times({ p50, p95, p99 }: Summary): string {
  return `${p50.toFixed(0)} / ${p95.toFixed(0)} / ${p99.toFixed(0)} ms`;
}

function factors(ratios: RatiosOfLatency, time: keyof RatiosOfLatency): string {
  return `${ratios[time].p50.toFixed(2)} / ${ratios[time].p95.toFixed(2)}`;
}

function footnotes({ rounds, leads, concurrency, idleLeads, warmUpLeads }: SpeedOptions): string {
  return [
    'Times are p50 / p95 / p99; ratios are Leadrail divided by the floor, of times p50 / p95, and the median of each round’s. The floor is bare Temporal workflows that make the same requests, on a server with the same flags.',
    `Medians of ${rounds} round(s), both systems there all the time and measured in turn, with ${warmUpLeads} leads to warm up. Idle: ${idleLeads} leads, one at a time. Closed loop: ${leads} leads, ${concurrency} on their way at a time. Half load: ${leads} leads at half of the closed loop’s leads/s, each sent when it is due.`,
    'Both answer 202 before the workflow is started; Leadrail has stored the lead by then, which “sent → last delivery” includes.',
  ].join('\n');
}
