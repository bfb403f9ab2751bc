import type { Conditions } from './conditions.ts';
import type { Summary } from './figures.ts';
import type { ScenarioFigures } from './measure.ts';

export interface Report {
  conditions: Conditions;
  scenarios: ScenarioFigures[];
}

type Cell = (figures: ScenarioFigures) => string;

const ROWS: [title: string, cell: Cell][] = [
  ['leads/s under load', ({ load }) => load.leadsPerSecond.toFixed(1)],
  ['idle: sent → accepted', ({ idle }) => milliseconds(idle.sentToAcceptedMs)],
  ['idle: accepted → last delivery', ({ idle }) => milliseconds(idle.acceptedToLastDeliveryMs)],
  ['idle: sent → last delivery', ({ idle }) => milliseconds(idle.sentToLastDeliveryMs)],
  ['load: sent → accepted', ({ load }) => milliseconds(load.sentToAcceptedMs)],
  ['load: accepted → last delivery', ({ load }) => milliseconds(load.acceptedToLastDeliveryMs)],
  ['load: sent → last delivery', ({ load }) => milliseconds(load.sentToLastDeliveryMs)],
  ['history events a lead', ({ history }) => history.events.toFixed(1)],
  ['workflow tasks a lead', ({ history }) => history.workflowTasks.toFixed(1)],
  ['workflows / activities a lead', ({ history }) => `${history.workflows.toFixed(1)} / ${history.activities.toFixed(1)}`],
  ['deliveries that came again', ({ repeatedDeliveries }) => String(repeatedDeliveries)],
];

/** For programs: everything that was measured, in milliseconds where a name says so. */
export function asJson(report: Report): string {
  return JSON.stringify(report, null, 2);
}

/** For people: a column a scenario, and under what conditions as footnotes. */
export function asTable({ conditions, scenarios }: Report): string {
  const table = [['', ...scenarios.map(({ scenario }) => scenario)], ...ROWS.map(([title, cell]) => [title, ...scenarios.map(cell)])];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('   ').trimEnd());
  const rule = widths.map((width) => '─'.repeat(width)).join('───');
  return [lines[0], rule, ...lines.slice(1), '', ...footnotes(conditions, scenarios)].join('\n');
}

function milliseconds({ p50, p95 }: Summary): string {
  return `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`;
}

function footnotes({ cores, processor, node, loadBefore, temporalPragmas, database, dataInMemory }: Conditions, scenarios: ScenarioFigures[]): string[] {
  const [first] = scenarios;
  const amounts = first ? [`Load: ${first.load.leads} leads, ${first.load.concurrency} on their way at a time. Idle: ${first.idle.sentToLastDeliveryMs.count} leads, one at a time. Histories: ${first.history.leads} leads, children included.`] : [];
  const warning = dataInMemory ? ['The data folder is in memory: nothing was written to a disk, and the figures are too good.'] : [];
  return [
    ...amounts,
    `Machine: ${cores} cores (${processor}), shared by Leadrail, Temporal, the buyers and the load; load average ${loadBefore.toFixed(1)} before the run; Node ${node}.`,
    `Durable: Temporal on SQLite with ${temporalPragmas.join(', ')}; database ${database}.`,
    ...warning,
  ];
}
