/**
 * Now, in milliseconds since 1970 with fractions. Comparable between processes of one machine, and monotonic in each: a
 * correction of the machine's clock during a run moves no figure.
 */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
