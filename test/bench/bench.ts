import { tmpdir } from 'node:os';
import { readArguments, type BenchArguments, type BenchDatabase } from './arguments.ts';
import { describeConditions, readConditions } from './conditions.ts';
import { measureIsolation } from './isolation/isolation.ts';
import { isolationTable } from './isolation/isolation-report.ts';
import { measureMasking } from './masking/masking.ts';
import { maskingTable } from './masking/masking-report.ts';
import { measureRecovery } from './recovery/recovery.ts';
import { recoveryTable } from './recovery/recovery-report.ts';
import type { Run } from './run.ts';
import { measureSpeed } from './speed/speed.ts';
import { speedTables } from './speed/speed-report.ts';

/** `npm run bench -- [--isolation | --recovery | --masking] [--postgres] [--json] …`: the figures on standard output, what it does on standard error. */
const end = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end.abort(new Error(`interrupted by ${signal}`)));

const run: Run = {
  signal: end.signal,
  lose: (error) => end.abort(error),
  progress: (line) => void process.stderr.write(`${line}\n`),
};

const DATABASES: Record<BenchDatabase, string> = {
  embedded: 'PGlite, relaxedDurability: false',
  postgres: 'PostgreSQL on this machine, without syncing to disk (its CPU time is not counted)',
};

/** The figures of one run: for programs, and for people. */
interface Outcome {
  figures: object;
  text: string;
}

async function measured(options: BenchArguments): Promise<Outcome> {
  switch (options.mode) {
    case 'speed': {
      const scenarios = await measureSpeed(options, run);
      return { figures: { scenarios }, text: speedTables(options, scenarios) };
    }
    case 'isolation': {
      const figures = await measureIsolation(options, run);
      return { figures, text: isolationTable(figures) };
    }
    case 'recovery': {
      const figures = await measureRecovery(options, run);
      return { figures, text: recoveryTable(figures) };
    }
    case 'masking': {
      const masking = measureMasking(options, run);
      return { figures: { masking }, text: maskingTable(masking) };
    }
  }
}

try {
  const options = readArguments(process.argv.slice(2));
  const conditions = await readConditions(tmpdir(), DATABASES[options.database]);
  const { figures, text } = await measured(options);
  process.stdout.write(options.json ? `${JSON.stringify({ conditions, options, ...figures }, null, 2)}\n` : `${text}\n\n${describeConditions(conditions)}\n`);
} catch (error) {
  const cause: unknown = end.signal.aborted ? end.signal.reason : error;
  run.progress(`The benchmark failed: ${cause instanceof Error ? cause.message : String(cause)}`);
  process.exitCode = 1;
}
