import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from './run-command.ts';

const TERM_GRACE_MS = 10_000;
const KILL_GRACE_MS = 5_000;
const LOOK_EVERY_MS = 50;

export type OrphanResult =
  | { result: 'none' }
  | { result: 'ended'; pid: number }
  | { result: 'stays'; message: string };

/**
 * Ends a server of this data file that outlived its guardian. Only a process whose command line is that of a dev server
 * on this very file is touched: the number in the pid file may be anybody's by now.
 */
export async function endOrphan(pidFile: string, dataFile: string): Promise<OrphanResult> {
  const pid = await readPid(pidFile);
  if (pid === null || !(await servesFile(pid, dataFile))) return { result: 'none' };
  for (const [signal, graceMs] of [['SIGTERM', TERM_GRACE_MS], ['SIGKILL', KILL_GRACE_MS]] as const) {
    if (!sent(pid, signal)) break;
    const deadline = Date.now() + graceMs;
    while (Date.now() < deadline) {
      if (!(await servesFile(pid, dataFile))) return { result: 'ended', pid };
      await delay(LOOK_EVERY_MS);
    }
  }
  if (!(await servesFile(pid, dataFile))) return { result: 'ended', pid };
  return { result: 'stays', message: `Process ${pid}, a Temporal server of an earlier start, still uses ${dataFile} and could not be ended. End it and start again.` };
}

function sent(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    // Gone meanwhile, or another user's: the last look tells.
    return false;
  }
}

async function servesFile(pid: number, dataFile: string): Promise<boolean> {
  return (await commandLine(pid)).includes(` start-dev --db-filename ${dataFile} `);
}

/** The arguments with spaces between them; empty for a process that has ended. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    try {
      return (await readFile(`/proc/${String(pid)}/cmdline`, 'utf8')).replaceAll('\0', ' ');
    } catch {
      return '';
    }
  }
  const run = await runCommand('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { timeoutMs: 5_000 });
  return run.ok ? run.output : '';
}

async function readPid(pidFile: string): Promise<number | null> {
  try {
    const pid = Number(await readFile(pidFile, 'utf8'));
    return Number.isInteger(pid) && pid > 1 ? pid : null;
  } catch {
    // No file: no server was started here yet.
    return null;
  }
}
