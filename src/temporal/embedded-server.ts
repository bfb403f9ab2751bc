import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { devServerArguments } from './dev-server-arguments.ts';
import type { GuardedServer } from './guardian.ts';
import { startGuarded } from './guardian.ts';
import { endOrphan } from './orphan.ts';
import { lastLogLine, rotateLog, saysItServes, saysPortWasTaken } from './server-log.ts';
import type { Readiness } from './server-readiness.ts';
import { whenReady } from './server-readiness.ts';

/** Temporal's own defaults. */
export const DEFAULT_TEMPORAL_PORT = 7233;
export const DEFAULT_TEMPORAL_UI_PORT = 8233;

const USUAL_SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin';
const START_DEADLINE_MS = 30_000;
const LISTEN_TO_LOG_EVERY_MS = 25;
/** Of ports that others take between the look and the start. */
const MOST_TRIES = 3;
const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 10_000;
/** A server that ran this long was well: the next restart waits as little as the first. */
const WELL_AFTER_MS = 60_000;

/** A port, and whether it stands in for a taken one. */
export interface ChosenPort {
  port: number;
  wanted: number;
  replaced: boolean;
}

export interface EmbeddedServerOptions {
  /** Path of the Temporal CLI. */
  cli: string;
  /** The value of PATH, for a CLI that is a script around the real one; the usual folders when it is not given. */
  searchPath?: string;
  /** SQLite file of the server. The process id is kept beside it. The caller holds the folder's lock. */
  dataFile: string;
  /** The server's warnings; the last run's are kept as `<file>.1`. */
  logFile: string;
  namespace: string;
  /** A loopback address: the dev server has no authentication. */
  host?: string;
  port?: number;
  uiPort?: number;
  /** Finds a free port when the wanted one is taken; asked only after an orphan of an earlier start has given its ports back. */
  choosePort: (host: string, wanted: number) => Promise<ChosenPort>;
  /** Told, for the log, when an orphan was ended and when the server ended by itself and runs again. */
  onNotice?: (message: string) => void;
}

/** A running Temporal dev server that ends with this process. */
export interface EmbeddedServer {
  /** `host:port`, the same after a restart. */
  address: string;
  port: ChosenPort;
  uiPort: ChosenPort;
  uiUrl: string;
  /** Ends it, and resolves when it has ended. */
  stop(): Promise<void>;
}

export type EmbeddedServerResult = { ok: true; server: EmbeddedServer } | { ok: false; message: string };

/** Starts a durable Temporal dev server, waits until it answers, and starts it again (same ports, same file) when it ends by itself. */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServerResult> {
  const { namespace, host = '127.0.0.1' } = options;
  const notice = options.onNotice ?? (() => undefined);
  const dataFile = resolve(options.dataFile);
  const pidFile = join(dirname(dataFile), 'temporal.pid');
  const logFile = resolve(options.logFile);

  const orphan = await endOrphan(pidFile, dataFile);
  if (orphan.result === 'stays') return { ok: false, message: orphan.message };
  if (orphan.result === 'ended') notice(`Ended the Temporal server of an earlier start (process ${orphan.pid})`);

  let [port, uiPort] = await choosePorts();
  const start = (): GuardedServer => {
    const args = devServerArguments({ host, port: port.port, uiPort: uiPort.port, namespace, dataFile });
    return startGuarded({ command: options.cli, args, searchPath: options.searchPath ?? USUAL_SEARCH_PATH, pidFile, logFile });
  };
  const stopping = new AbortController();

  let running: GuardedServer;
  for (let tries = 1; ; tries += 1) {
    await rotateLog(logFile);
    running = start();
    const readiness = await readyOrEnded(running);
    if (readiness.ready) break;
    running.end();
    await running.ended;
    const line = await lastLogLine(logFile);
    if (tries >= MOST_TRIES || !(await saysPortWasTaken(logFile))) {
      return { ok: false, message: `The embedded Temporal server did not start: ${readiness.problem}. Its log is ${logFile}${line === '' ? '' : `; the last line: ${line}`}` };
    }
    // Somebody took a port between the look and the start.
    [port, uiPort] = await choosePorts();
  }
  const supervision = supervise();

  const inUrl = host.includes(':') ? `[${host}]` : host;
  return {
    ok: true,
    server: {
      address: `${inUrl}:${String(port.port)}`,
      port,
      uiPort,
      uiUrl: `http://${inUrl}:${String(uiPort.port)}`,
      stop: async () => {
        stopping.abort();
        running.end();
        await supervision;
        // Where the guardian had gone alone, the server is still there.
        await endOrphan(pidFile, dataFile);
      },
    },
  };

  async function choosePorts(): Promise<[ChosenPort, ChosenPort]> {
    return [await options.choosePort(host, options.port ?? DEFAULT_TEMPORAL_PORT), await options.choosePort(host, options.uiPort ?? DEFAULT_TEMPORAL_UI_PORT)];
  }

  async function readyOrEnded(server: GuardedServer): Promise<Readiness> {
    const over = new AbortController();
    const aborted = AbortSignal.any([over.signal, stopping.signal]);
    const ended = server.ended.then((how): Readiness => ({ ready: false, problem: `it ended (${how})` }));
    const first = await Promise.race([serves(aborted), ended]);
    over.abort();
    return first;
  }

  /** Another server may have taken the port in the last moment, and answer there: our own server's word comes first. */
  async function serves(aborted: AbortSignal): Promise<Readiness> {
    const deadline = Date.now() + START_DEADLINE_MS;
    while (!(await saysItServes(logFile))) {
      if (aborted.aborted || Date.now() > deadline) return { ready: false, problem: 'it does not say that it serves' };
      await delay(LISTEN_TO_LOG_EVERY_MS);
    }
    return whenReady({ host, port: port.port, namespace, deadlineMs: START_DEADLINE_MS, aborted });
  }

  async function supervise(): Promise<void> {
    let waitMs = FIRST_RESTART_MS;
    let startedAt = Date.now();
    for (;;) {
      const how = await running.ended;
      if (isStopping()) return;
      if (Date.now() - startedAt > WELL_AFTER_MS) waitMs = FIRST_RESTART_MS;
      notice(`The embedded Temporal server ended by itself (${how}); it is started again in ${waitMs} ms. Its log is ${logFile}`);
      if (!(await waited(waitMs))) return;
      waitMs = Math.min(waitMs * 2, LONGEST_RESTART_MS);
      // It may be only the guardian that has gone.
      const left = await endOrphan(pidFile, dataFile);
      if (left.result === 'stays') notice(left.message);
      if (isStopping()) return;
      startedAt = Date.now();
      running = start();
      const again = await readyOrEnded(running);
      if (again.ready) notice('The embedded Temporal server runs again');
      else running.end();
    }
  }

  function isStopping(): boolean {
    return stopping.signal.aborted;
  }

  async function waited(waitMs: number): Promise<boolean> {
    return delay(waitMs, true, { signal: stopping.signal }).catch(() => false);
  }
}
