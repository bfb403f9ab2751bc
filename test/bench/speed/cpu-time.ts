import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { SystemProcesses } from '../measured-system.ts';

/** Processor time used, user and system, in milliseconds. */
export interface CpuTime {
  /** The process that is API and worker. */
  nodeMs: number;
  /** The Temporal server and what it started. */
  temporalMs: number;
}

/** What `/proc/<pid>/stat` tells of a process. */
export interface ProcessStat {
  parent: number;
  /** User and system time, in clock ticks. */
  ticks: number;
}

/** What a system's processes have used since they started; null where there is no /proc, or one of them is gone. */
export function readCpuTime({ node, temporal }: SystemProcesses): CpuTime | null {
  if (process.platform !== 'linux') return null;
  const processes = readProcesses();
  const main = processes.get(node);
  if (!main || !processes.has(temporal)) return null;
  return { nodeMs: main.ticks * msPerTick(), temporalMs: ticksOfTree(processes, temporal) * msPerTick() };
}

/** Reads a line of `/proc/<pid>/stat`; null for anything else. */
export function parseStat(line: string): ProcessStat | null {
  // The second field is the program's name in brackets and may hold anything, so count from its end: the 3rd field comes next.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
  if (parent === undefined || user === undefined || system === undefined || Number.isNaN(parent + user + system)) return null;
  return { parent, ticks: user + system };
}

/** The ticks of a process and all below it. */
export function ticksOfTree(processes: ReadonlyMap<number, ProcessStat>, root: number): number {
  const below = [...processes].filter(([, { parent }]) => parent === root).map(([pid]) => ticksOfTree(processes, pid));
  return below.reduce((sum, ticks) => sum + ticks, processes.get(root)?.ticks ?? 0);
}

function readProcesses(): Map<number, ProcessStat> {
  const processes = new Map<number, ProcessStat>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = parseStat(readOrEmpty(`/proc/${name}/stat`));
    if (stat) processes.set(Number(name), stat);
  }
  return processes;
}

/** Empty when the process has ended meanwhile. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

let knownMsPerTick: number | null = null;

function msPerTick(): number {
  knownMsPerTick ??= 1_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return knownMsPerTick;
}
