import { execFile } from 'node:child_process';

export type CommandResult = { ok: true; output: string } | { ok: false; problem: string };

/** Runs a program to its end; `problem` tells why it failed, in one line and without its output. */
export function runCommand(command: string, args: string[], options: { timeoutMs: number; folder?: string; signal?: AbortSignal }): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { timeout: options.timeoutMs, killSignal: 'SIGKILL', cwd: options.folder, signal: options.signal, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout) => {
        if (error === null) resolve({ ok: true, output: stdout });
        else resolve({ ok: false, problem: problemOf(error, options.timeoutMs) });
      },
    );
  });
}

function problemOf(error: Error & { code?: unknown; killed?: boolean }, timeoutMs: number): string {
  if (error.code === 'ENOENT') return 'not found';
  if (error.code === 'EACCES') return 'not executable';
  if (error.name === 'AbortError') return 'given up';
  if (error.killed === true) return `no end after ${timeoutMs / 1000} s`;
  if (typeof error.code === 'number') return `ended with code ${error.code}`;
  return `failed (${typeof error.code === 'string' ? error.code : error.name})`;
}
