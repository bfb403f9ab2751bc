import { setTimeout as delay } from 'node:timers/promises';
import type { SystemProcesses } from './measured-system.ts';
import { readCpuTime } from './speed/cpu-time.ts';

const LOOK_EVERY_MS = 1_000;
/** Of a second: what both processes use when nothing is under way. */
const CALM_MS = 60;
const MOST_LOOKS = 60;

/** Waits until a system rests: after a load Temporal still writes its list of workflows, which is no load on what is measured next. */
export async function untilCalm(processes: SystemProcesses, signal: AbortSignal): Promise<void> {
  let before = readCpuTime(processes);
  for (let look = 0; look < MOST_LOOKS && before !== null; look += 1) {
    await delay(LOOK_EVERY_MS, undefined, { signal });
    const now = readCpuTime(processes);
    if (now !== null && now.nodeMs + now.temporalMs - before.nodeMs - before.temporalMs <= CALM_MS) return;
    before = now;
  }
}
