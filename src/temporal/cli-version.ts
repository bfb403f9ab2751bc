import { runCommand } from './run-command.ts';

/** The version of the Temporal CLI that Leadrail installs. The embedded server's flags and settings were tried with it, so an older one is not taken unasked. */
export const CLI_VERSION = '1.9.1';

export type CliCheck = { ok: true; version: string } | { ok: false; problem: string };

/** Runs `--version`. Only a file that answers as the Temporal CLI is one. */
export async function checkCli(path: string): Promise<CliCheck> {
  const run = await runCommand(path, ['--version'], { timeoutMs: 20_000 });
  if (!run.ok) return run;
  const version = /temporal version (\d+\.\d+\.\d+)/.exec(run.output)?.[1];
  return version === undefined ? { ok: false, problem: 'does not answer as the Temporal CLI' } : { ok: true, version };
}

/** Whether a version is `CLI_VERSION` or newer. */
export function isRecentEnough(version: string): boolean {
  const numbers = version.split('.').map(Number);
  for (const [index, wanted] of CLI_VERSION.split('.').map(Number).entries()) {
    const number = numbers[index] ?? 0;
    if (number !== wanted) return number > wanted;
  }
  return true;
}
