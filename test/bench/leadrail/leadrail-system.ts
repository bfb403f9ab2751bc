import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import type { ApiClient } from '../../support/api-client.ts';
import { LeadrailProcess } from '../../support/leadrail-process.ts';
import { startPostgres } from '../../support/postgres-server.ts';
import type { BenchDatabase } from '../arguments.ts';
import { withEndings } from '../endings.ts';
import type { MeasuredSystem } from '../measured-system.ts';
import type { Run } from '../run.ts';
import { SOURCE } from './configuration.ts';

/** Leadrail as a user runs it with `npm start`, in a data folder of its own. */
export interface LeadrailSystem extends MeasuredSystem {
  /** The admin's client. */
  api: ApiClient;
}

const FREE_PORT = 0;
/** Deliveries in flight are waited for; whatever still runs then is killed. */
const STOP_DEADLINE_MS = 30_000;
const LOG_LINES = 10;
const LOG_LINE_CHARACTERS = 500;

/** Starts Leadrail over a database of its own with this configuration, hands it to `use`, and ends it, however `use` ended. */
export async function withLeadrail<T>(
  { configuration, database }: { configuration: unknown; database: BenchDatabase },
  run: Run,
  use: (system: LeadrailSystem) => Promise<T>,
): Promise<T> {
  return withEndings(async (atEnd) => {
    const environment: Record<string, string> = {};
    if (database === 'postgres') {
      run.progress('starting PostgreSQL');
      const postgres = await startPostgres();
      atEnd(() => postgres.stop());
      environment['DATABASE_URL'] = await postgres.createDatabase('leadrail');
    }
    const dataDir = await mkdtemp(join(tmpdir(), 'leadrail-bench-'));
    atEnd(() => rm(dataDir, { recursive: true, force: true }));
    run.progress('starting Leadrail');
    const leadrail = await LeadrailProcess.start(dataDir, FREE_PORT, { signal: run.signal, environment });
    atEnd(() => leadrail.stop({ killAfterMs: STOP_DEADLINE_MS }));
    const ended = new AbortController();
    leadrail.onEnd(() => {
      ended.abort();
      run.lose(new Error('Leadrail ended by itself'));
    });
    try {
      const connection = await Connection.connect({ address: leadrail.temporalAddress });
      atEnd(() => connection.close());
      await leadrail.api.configure(configuration);
      return await use({
        address: leadrail.api.address,
        intakeKey: await intakeKey(leadrail.api),
        temporal: new Client({ connection }),
        processes: { node: await pidOfHolder(dataDir), temporal: Number(await readFile(join(dataDir, 'temporal.pid'), 'utf8')) },
        api: leadrail.api,
      });
    } catch (error) {
      // An interruption has a cause that is known.
      if (ended.signal.aborted || !run.signal.aborted) process.stderr.write(lastLines(leadrail.output));
      throw error;
    }
  });
}

/** A new key of the configuration's source. */
export async function intakeKey(api: ApiClient): Promise<string> {
  const { body } = await api.post(`/v1/sources/${SOURCE}/keys`, {});
  return z.object({ key: z.string() }).parse(body).key;
}

/** The lock of a data folder names the process that has it. */
async function pidOfHolder(dataDir: string): Promise<number> {
  const lock: unknown = JSON.parse(await readFile(join(dataDir, 'lock'), 'utf8'));
  return z.object({ pid: z.number() }).parse(lock).pid;
}

/** Where a delivery does not arrive, Leadrail's log often says why. */
function lastLines(output: string): string {
  if (output === '') return '';
  const lines = output.trimEnd().split('\n').slice(-LOG_LINES);
  return `What Leadrail said last:\n${lines.map((line) => `  ${line.slice(0, LOG_LINE_CHARACTERS)}`).join('\n')}\n`;
}
