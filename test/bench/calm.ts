import { setTimeout as delay } from 'node:timers/promises';
import type { SystemProcesses } from './measured-system.ts';
import type { Run } from './run.ts';
import { readCpuTime } from './speed/cpu-time.ts';

const LOOK_EVERY_MS = 1_000;
/** Of a second: what both processes use when nothing is under way. */
const CALM_MS = 60;
const MOST_LOOKS = 60;

/**
 * Waits until a system rests: after a load Temporal still writes its list of workflows, which is no load on what is measured next. One that
 * does not rest within a minute is measured all the same, and the person is told.
 */
export async function untilCalm(processes: SystemProcesses, { signal, progress }: Pick<Run, 'signal' | 'progress'>): Promise<void> {
  let before = readCpuTime(processes);
  if (before === null) return;
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    await delay(LOOK_EVERY_MS, undefined, { signal });
    const now = readCpuTime(processes);
    if (now === null || now.nodeMs + now.temporalMs - before.nodeMs - before.temporalMs <= CALM_MS) return;
    before = now;
  }
  progress('the load before is not over after a minute; what comes next is measured beside it');
}
