import type { BenchBuyer, BenchRoute } from '../leadrail/configuration.ts';
import { leadFields } from '../load/lead-fields.ts';
import type { LeadOf } from '../load/load-target.ts';
import type { Door } from '../sink/doors.ts';

/** Five that get a fifth of the leads each; the last is the one in whose place trouble comes. */
const FIVE = ['first', 'second', 'third', 'fourth', 'fifth'];

export const ISOLATION_DOORS: readonly Door[] = [
  ...FIVE.map((name): Door => ({ name, behaviour: 'take' })),
  { name: 'hanging', behaviour: 'hang' },
  { name: 'busy', behaviour: 'take' },
];

/** The one that hangs never trips its breaker: a shut gate would end the trouble that is to be measured. */
export const ISOLATION_BUYERS: readonly BenchBuyer[] = ISOLATION_DOORS.map(({ name }) => (name === 'hanging' ? { door: name, timeout: '10s', trips: 1_000 } : { door: name }));

export const ISOLATION_ROUTES: readonly BenchRoute[] = ISOLATION_DOORS.map(({ name }) => ({ campaign: name, deliver: [name] }));

/** How many buyers share the leads of the baseline. */
export const SHARERS = FIVE.length;

/** Leads for the first `count` of the five in turn. */
export function leadFor(count: number): LeadOf {
  return (number) => leadTo(FIVE[(number - 1) % count] ?? '')(number);
}

/** Leads for one buyer. */
export function leadTo(buyer: string): LeadOf {
  return (number) => ({ fields: leadFields(buyer, number), deliveries: 1 });
}
