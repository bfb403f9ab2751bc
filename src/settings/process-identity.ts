import { readFileSync } from 'node:fs';

/** A process, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  pid: number;
  /** Start time in clock ticks since boot, with the boot's id; null where the system has no /proc. */
  startedAt: string | null;
}

/** Identity of a process, this one by default. */
export function identify(pid: number = process.pid): ProcessIdentity {
  const stat = readStat(pid);
  return { pid, startedAt: stat === null ? null : `${bootId()}:${stat.startTicks}` };
}

/** Whether that very process still runs: another one under its number, or a zombie, does not count. */
export function isRunning(identity: ProcessIdentity): boolean {
  if (!takesSignals(identity.pid)) return false;
  const stat = readStat(identity.pid);
  if (stat === null) return true;
  if (stat.state === 'Z' || stat.state === 'X') return false;
  return identity.startedAt === null || identity.startedAt === `${bootId()}:${stat.startTicks}`;
}

function takesSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, under another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function readStat(pid: number): { state: string; startTicks: string } | null {
  const stat = readOrNull(`/proc/${String(pid)}/stat`);
  if (stat === null) return null;
  // The second field is the program's name in brackets and may hold anything, so count from its end: state is the 3rd field, start time the 22nd.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTicks = fields[19];
  return state === undefined || startTicks === undefined ? null : { state, startTicks };
}

function bootId(): string {
  return readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** Null when the file is not there: the process has ended, or the system has no /proc. */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
