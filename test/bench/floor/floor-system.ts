import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { withEndings } from '../endings.ts';
import type { MeasuredSystem } from '../measured-system.ts';
import type { Run } from '../run.ts';
import type { Sink } from '../sink/sink.ts';
import { floorMessageSchema, type FloorMessage, type FloorOptions } from './floor-message.ts';
import { FLOOR_DOORS, FLOOR_SHAPES } from './shapes.ts';

const PROGRAM = fileURLToPath(new URL('floor-process.ts', import.meta.url));
const STOP_DEADLINE_MS = 30_000;

/** Starts bare Temporal workflows in Leadrail's place, hands them to `use`, and ends them, however `use` ended. */
export async function withFloor<T>(sink: Sink, run: Run, use: (system: MeasuredSystem) => Promise<T>): Promise<T> {
  return withEndings(async (atEnd) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'leadrail-floor-'));
    atEnd(() => rm(dataDir, { recursive: true, force: true }));
    run.progress('starting the floor');
    const doors = [...new Set(FLOOR_SHAPES.flatMap((shape) => FLOOR_DOORS[shape]))];
    const options: FloorOptions = { dataDir, urls: Object.fromEntries(doors.map((door) => [door, sink.url(door)])) };
    const child = fork(PROGRAM, [JSON.stringify(options)], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const ended = once(child, 'exit');
    let ending = false;
    atEnd(async () => {
      ending = true;
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
      await ended;
      clearTimeout(timer);
    });
    const { address, temporalAddress } = await new Promise<FloorMessage>((resolve, reject) => {
      child.once('message', (raw) => resolve(floorMessageSchema.parse(raw)));
      child.once('error', reject);
      run.signal.addEventListener('abort', () => reject(new Error('interrupted')), { once: true });
      child.once('exit', (code) => {
        const error = new Error(`the floor ended by itself, with code ${String(code)}`);
        reject(error);
        if (!ending) run.lose(error);
      });
    });
    const connection = await Connection.connect({ address: temporalAddress });
    atEnd(() => connection.close());
    return use({
      address,
      intakeKey: 'none',
      temporal: new Client({ connection }),
      processes: { node: child.pid ?? 0, temporal: Number(await readFile(join(dataDir, 'temporal.pid'), 'utf8')) },
    });
  });
}
