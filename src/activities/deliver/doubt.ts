import type { Doubt } from '../../channels/channel.ts';
import type { DeliveryWork } from '../../store/records.ts';

type Attempt = DeliveryWork['attempts'][number];

/**
 * When a delivery was sent without anybody knowing whether it arrived; null when nothing is in doubt. In doubt are the last attempts, of
 * whatever round: a hold in between makes nothing certain. An attempt that was answered ends all doubt before it, for it was made only
 * after a look-up.
 */
export function doubtOf(attempts: readonly Attempt[]): Doubt | null {
  const telling = attempts.filter((attempt) => !saysNothing(attempt)).sort((a, b) => a.number - b.number);
  const inDoubt = telling.slice(telling.findLastIndex(({ kind }) => kind !== 'unknown') + 1);
  const [first] = inDoubt;
  const last = inDoubt.at(-1);
  return first === undefined || last === undefined ? null : { since: first.startedAt, until: last.finishedAt ?? last.startedAt };
}

/** Attempts that ended on our side before anything was sent. */
const NOTHING_SENT: ReadonlySet<string> = new Set(['interrupted', 'mapping', 'secret-missing', 'configuration', 'internal']);

function saysNothing({ kind, code }: Attempt): boolean {
  return kind !== 'unknown' && code !== null && NOTHING_SENT.has(code);
}
