import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { LeadrailProcess } from '../support/leadrail-process.ts';
import { configurationFor, SOURCE } from './scenarios.ts';
import { Sink } from './sink.ts';

/** Leadrail as a user runs it, in a data folder of its own, with the sink as all of its buyers. */
export interface SystemUnderTest {
  /** Of the HTTP API. */
  address: string;
  intakeKey: string;
  sink: Sink;
  temporal: Client;
  dataDir: string;
}

const FREE_PORT = 0;
/** Deliveries in flight are waited for; whatever still runs then is killed. */
const STOP_DEADLINE_MS = 30_000;
const LOG_LINES = 10;
const LOG_LINE_CHARACTERS = 500;

/**
 * Starts everything, hands it to `use`, and ends everything, however `use` ended. `lose` is called when a process has
 * ended by itself; an abort of `signal` ends a start under way.
 */
export async function withSystemUnderTest<T>(
  { signal, lose }: { signal: AbortSignal; lose: (error: Error) => void },
  use: (system: SystemUnderTest) => Promise<T>,
): Promise<T> {
  const endings: (() => Promise<unknown>)[] = [];
  let said = () => '';
  const loss = new AbortController();
  const lost = (error: Error) => {
    loss.abort(error);
    lose(error);
  };
  try {
    const dataDir = await mkdtemp(join(tmpdir(), 'leadrail-bench-'));
    endings.push(() => rm(dataDir, { recursive: true, force: true }));
    const sink = await Sink.start(lost);
    endings.push(() => sink.stop());
    const leadrail = await LeadrailProcess.start(dataDir, FREE_PORT, { signal });
    endings.push(() => leadrail.stop({ killAfterMs: STOP_DEADLINE_MS }));
    leadrail.onEnd(() => lost(new Error('Leadrail ended by itself')));
    said = () => leadrail.output;
    const connection = await Connection.connect({ address: leadrail.temporalAddress });
    endings.push(() => connection.close());
    await leadrail.api.configure(configurationFor(sink.address));
    const { body } = await leadrail.api.post(`/v1/sources/${SOURCE}/keys`, {});
    const { key } = z.object({ key: z.string() }).parse(body);
    return await use({ address: leadrail.api.address, intakeKey: key, sink, temporal: new Client({ connection }), dataDir });
  } catch (error) {
    // An interruption has a cause that is known.
    if (said() !== '' && (loss.signal.aborted || !signal.aborted)) process.stderr.write(lastLines(said()));
    throw error;
  } finally {
    await endAll(endings.toReversed());
  }
}

/** Where a delivery does not arrive, Leadrail's log often says why. */
function lastLines(output: string): string {
  const lines = output.trimEnd().split('\n').slice(-LOG_LINES);
  return `What Leadrail said last:\n${lines.map((line) => `  ${line.slice(0, LOG_LINE_CHARACTERS)}`).join('\n')}\n`;
}

/** Ends one after the other; one that fails keeps none of the others running. */
async function endAll(endings: (() => Promise<unknown>)[]): Promise<void> {
  for (const end of endings) {
    try {
      await end();
    } catch (error) {
      process.stderr.write(`something did not end in order: ${String(error)}\n`);
    }
  }
}
