/** What a source's limit counts over. */
export const LIMIT_PERIODS = ['second', 'minute', 'hour'] as const;

export type LimitPeriod = (typeof LIMIT_PERIODS)[number];

/** How many leads a source may send in: evenly `leads` per `per`, and after a quiet time `burst` at once. */
export interface SourceLimit {
  leads: number;
  per: LimitPeriod;
  burst: number;
}

/** A period's length in microseconds. */
export const PERIOD_MICROS: Readonly<Record<LimitPeriod, number>> = { second: 1_000_000, minute: 60_000_000, hour: 3_600_000_000 };

/** Faster than this nobody needs to be slowed down, and whole microseconds would be too coarse. */
export const MOST_LEADS_PER_SECOND = 10_000;
export const MOST_BURST = 100_000;

/** A limit as a person reads it: `100 leads per minute`, with its burst where that is another number. */
export function describeLimit({ leads, per, burst }: SourceLimit): string {
  const base = `${leads} ${leads === 1 ? 'lead' : 'leads'} per ${per}`;
  return burst === leads ? base : `${base}, ${burst} at once`;
}
