import { asColumns } from '../table.ts';
import type { MaskingFigures } from './masking.ts';

/** For people. */
export function maskingTable(figures: readonly MaskingFigures[]): string {
  const head = ['masking 1 MiB of', 'CPU', 'of a quarter', 'ratio (linear: 4)', 'JSON.stringify of it'];
  const rows = figures.map(({ shape, cpuMs, quarterCpuMs, stringifyCpuMs }) => [
    shape,
    `${cpuMs.toFixed(0)} ms`,
    `${quarterCpuMs.toFixed(0)} ms`,
    (cpuMs / quarterCpuMs).toFixed(1),
    `${stringifyCpuMs.toFixed(1)} ms`,
  ]);
  return asColumns([head, ...rows]);
}
