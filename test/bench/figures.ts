/** What a row of measured times comes down to, in the unit of the times. */
export interface Summary {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** The smallest of the values that at least `percent` % of them do not exceed (nearest rank). Throws for no values. */
export function percentile(values: readonly number[], percent: number): number {
  if (!(percent > 0 && percent <= 100)) throw new Error(`${percent} is no percentile: use more than 0, at most 100`);
  const rank = Math.ceil((percent / 100) * values.length);
  const value = values.toSorted((a, b) => a - b)[rank - 1];
  if (value === undefined) throw new Error('nothing was measured: there is no percentile of no values');
  return value;
}

/** Throws for no values. */
export function summarize(values: readonly number[]): Summary {
  return { count: values.length, p50: percentile(values, 50), p95: percentile(values, 95), p99: percentile(values, 99), max: percentile(values, 100) };
}

/** The middle value; of an even number of values, the mean of the two in the middle. Throws for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return average(sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1));
}

/** Throws for no values. */
export function average(values: readonly number[]): number {
  if (values.length === 0) throw new Error('nothing was measured: there is no average of no values');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** How many a second. Throws for a time that did not pass. */
export function perSecond(count: number, durationMs: number): number {
  if (!(durationMs > 0)) throw new Error(`${durationMs} ms is no duration to make a rate of`);
  return (count / durationMs) * 1_000;
}

/** How many times the second figure the first one is. Throws where the second is nothing to compare with. */
export function ratio(figure: number, to: number): number {
  if (!(to > 0)) throw new Error(`${to} is no figure to make a ratio to`);
  return figure / to;
}
