import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { devServerArguments } from '../../src/temporal/dev-server-arguments.ts';

/** Under what the figures came about: they say little without it. */
export interface Conditions {
  cores: number;
  processor: string;
  node: string;
  /** The machine's load average of the last minute before the run: others' work slows ours. */
  loadBefore: number;
  /** How the embedded Temporal server writes. */
  temporalPragmas: string[];
  /** Where Leadrail keeps its records. */
  database: string;
  /** In a folder in memory, writing to disk costs nothing, and the figures are too good. */
  dataInMemory: boolean;
}

/** File system types of statfs(2) that keep files in memory: tmpfs and ramfs. */
const IN_MEMORY = [0x01021994, 0x858458f6];

/** Looks at the machine before the run; the folder is the one that data folders will be made in. */
export async function readConditions(folder: string, database: string): Promise<Conditions> {
  const { type } = await statfs(folder);
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
    temporalPragmas: temporalPragmas(),
    database,
    dataInMemory: IN_MEMORY.includes(type),
  };
}

/** For people, a line each. */
export function describeConditions({ cores, processor, node, loadBefore, temporalPragmas: pragmas, database, dataInMemory }: Conditions): string {
  const warning = dataInMemory ? ['The data folder is in memory: nothing was written to a disk, and the figures are too good.'] : [];
  return [
    `Machine: ${cores} cores (${processor}), shared by Leadrail, Temporal, the buyers and the load; load average ${loadBefore.toFixed(1)} before the run; Node ${node}.`,
    `Temporal on SQLite with ${pragmas.join(', ')}; database ${database}.`,
    ...warning,
  ].join('\n');
}

/** Read from what the server is really started with. */
function temporalPragmas(): string[] {
  const given = devServerArguments({ host: '127.0.0.1', port: 0, uiPort: 0, namespace: 'default', dataFile: 'temporal.db' });
  return given.filter((_, index) => given[index - 1] === '--sqlite-pragma');
}
