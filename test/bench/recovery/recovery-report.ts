import { summarize } from '../figures.ts';
import { asColumns } from '../table.ts';
import type { RecoveryFigures } from './recovery.ts';

/** For people. */
export function recoveryTable({ rounds, againAfterMs }: RecoveryFigures): string {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const head = ['kill -9 of one of two workers', 'in flight', 'cut off', 'again after, p50', 'max', 'delivered'];
  const rows = rounds.map(({ leads, againAfterMs: times, delivered }, index) => {
    const { count, p50, max } = summarize(times);
    return [`round ${index + 1}`, String(leads), String(count), seconds(p50), seconds(max), `${delivered} of ${leads}`];
  });
  return [asColumns([head, ...rows]), `All rounds: ${againAfterMs.count} deliveries cut off, each request came again after ${seconds(againAfterMs.p50)} (p50), at most ${seconds(againAfterMs.max)}.`].join('\n\n');
}
