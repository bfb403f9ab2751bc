import { tmpdir } from 'node:os';
import { readArguments } from './arguments.ts';
import { readConditions } from './conditions.ts';
import { measure, type ScenarioFigures } from './measure.ts';
import { asJson, asTable } from './report.ts';
import { SCENARIOS } from './scenarios.ts';
import { withSystemUnderTest } from './system-under-test.ts';

/** `npm run bench -- [--leads 300] [--concurrency 50] [--json]`: the figures on standard output, what it does on standard error. */
const end = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end.abort(new Error(`interrupted by ${signal}`)));

const progress = (line: string) => void process.stderr.write(`${line}\n`);

async function bench(): Promise<void> {
  const { json, ...load } = readArguments(process.argv.slice(2));
  const conditions = await readConditions(tmpdir());
  progress('starting Leadrail');
  const scenarios = await withSystemUnderTest({ signal: end.signal, lose: (error) => end.abort(error) }, async (system) => {
    const figures: ScenarioFigures[] = [];
    for (const scenario of SCENARIOS) figures.push(await measure(scenario, load, system, end.signal, progress));
    progress('stopping');
    return figures;
  });
  const report = { conditions, scenarios };
  process.stdout.write(`${json ? asJson(report) : asTable(report)}\n`);
}

try {
  await bench();
} catch (error) {
  const cause: unknown = end.signal.aborted ? end.signal.reason : error;
  progress(`The benchmark failed: ${cause instanceof Error ? cause.message : String(cause)}`);
  process.exitCode = 1;
}
