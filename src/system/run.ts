import { describeError } from '../domain/describe-error.ts';
import type { Logger } from 'pino';
import { environment } from '../settings/environment.ts';
import { describeMistakes, readSettings, type PartsSettings, type Settings, type SettingsResult } from '../settings/settings.ts';
import { StoreUnavailable } from '../store/store.ts';
import { EncryptionKeyMismatch } from '../store/key-rotation.ts';
import { StartProblem, type WorkerFoundation } from './foundation.ts';
import { createLog, installTemporalRuntime } from './log.ts';

/** What a main file is given. */
export interface Run<S extends Settings = Settings> {
  settings: S;
  log: Logger;
  announce: (line: string) => void;
  /** Where the Temporal SDK serves its own metrics; for `openFoundation`. */
  temporalSdkMetricsUrl: string | null;
  /** Ends the process in order: with code 1 when `error` is given. */
  stop: (error?: unknown) => void;
  /** Called with what was opened, so that a stop closes it. */
  opened: (foundation: Pick<WorkerFoundation, 'closers'>) => void;
}

/** The frame of every main file: settings, log, signals, and a readable end when a start fails. */
export async function runEmbedded(main: (run: Run) => Promise<void>): Promise<void> {
  await run(readSettings(environment(), 'embedded'), main);
}

/** As `runEmbedded`, for the API or a worker on its own. */
export async function runPart(main: (run: Run<PartsSettings>) => Promise<void>): Promise<void> {
  await run(readSettings(environment(), 'parts'), main);
}

async function run<S extends Settings>(read: SettingsResult<S>, main: (run: Run<S>) => Promise<void>): Promise<void> {
  for (const warning of read.warnings) announce(`note: ${warning}`);
  if (!read.ok) {
    announce(`Leadrail does not start:\n${describeMistakes(read.mistakes)}`);
    process.exitCode = 1;
    return;
  }
  const { settings } = read;
  const log = createLog(settings);
  let foundation: Pick<WorkerFoundation, 'closers'> | null = null;
  let stopping = false;
  const stop = (error?: unknown) => {
    if (stopping) return;
    stopping = true;
    if (error !== undefined) announce(problemText(error));
    void (foundation?.closers.close(log) ?? Promise.resolve()).then(() => process.exit(error === undefined ? 0 : 1));
  };
  process.once('SIGINT', () => stop());
  process.once('SIGTERM', () => stop());
  const opened: Run['opened'] = (what) => {
    foundation = what;
    if (stopping) void what.closers.close(log);
  };
  try {
    const { metricsUrl } = await installTemporalRuntime(log);
    await main({ settings, log, announce, temporalSdkMetricsUrl: metricsUrl, stop, opened });
  } catch (error) {
    stop(error);
  }
}

function announce(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Expected problems say what to do; anything else is a bug and shows where. */
function problemText(error: unknown): string {
  if (error instanceof StartProblem || error instanceof StoreUnavailable || error instanceof EncryptionKeyMismatch) return `Leadrail does not start: ${error.message}`;
  const { name, code, frames } = describeError(error);
  return [`Leadrail failed: ${name}${code === undefined ? '' : ` ${code}`}`, ...frames.map((frame) => `  ${frame}`)].join('\n');
}
