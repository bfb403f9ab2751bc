import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname } from 'node:path';

/** From the request to end until the server is ended by force. */
const END_GRACE_MS = 10_000;

/**
 * A small program between us and the server. Its input is a pipe from us, which the system closes when we end, however we
 * end; then it ends the server. Plain JavaScript as text, so that it runs the same from sources and from a compiled tree.
 */
const GUARDIAN_PROGRAM = `
  const { spawn } = require('node:child_process');
  const { writeFileSync } = require('node:fs');
  const [pidFile, command, ...args] = process.argv.slice(1);
  process.umask(0o077);
  const server = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  server.on('error', (error) => { console.error(error.message); process.exit(127); });
  server.on('exit', (code, signal) => process.exit(signal === null ? code : 1));
  if (server.pid !== undefined) writeFileSync(pidFile, String(server.pid));
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    signalAll('SIGTERM');
    setTimeout(() => signalAll('SIGKILL'), ${String(END_GRACE_MS)});
  };
  // The whole group, of which this is the first: the command may be a script around the server.
  const signalAll = (signal) => {
    try { process.kill(-process.pid, signal); } catch { server.kill(signal); }
  };
  process.stdin.on('end', end).on('close', end).on('error', end).resume();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
`;

/** A server that ends when we do. */
export interface GuardedServer {
  /** Resolves, with how, when it has ended. */
  ended: Promise<string>;
  /** Asks it to end. */
  end(): void;
}

/** Starts `command` under a guardian; its process id goes to `pidFile`, its output to the end of `logFile`. */
export function startGuarded(options: { command: string; args: string[]; searchPath: string; pidFile: string; logFile: string }): GuardedServer {
  const log = openSync(options.logFile, 'a', 0o600);
  const guardian = spawn(process.execPath, ['-e', GUARDIAN_PROGRAM, '--', options.pidFile, options.command, ...options.args], {
    stdio: ['pipe', log, log],
    cwd: dirname(options.pidFile),
    // A session of its own: Ctrl-C in the terminal is for us, and we end the server after the worker has finished.
    detached: true,
    // Not our environment: it holds keys, and TEMPORAL_… variables that mean something to the CLI.
    env: { PATH: options.searchPath, HOME: homedir(), TMPDIR: tmpdir(), TEMPORAL_VERSION_CHECK_DISABLED: '1' },
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    guardian.once('error', (error) => resolve(error.message));
    guardian.once('exit', (code, signal) => resolve(signal === null ? `code ${String(code)}` : `signal ${signal}`));
  });
  // A guardian that has gone already cannot be asked: `ended` tells.
  guardian.stdin?.on('error', () => undefined);
  return { ended, end: () => guardian.stdin?.end() };
}
