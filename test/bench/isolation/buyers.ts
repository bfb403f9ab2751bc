import type { BenchBuyer, BenchRoute } from '../leadrail/configuration.ts';
import { leadFields } from '../load/lead-fields.ts';
import type { LeadOf, LeadToSend } from '../load/load-target.ts';
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
/** How many times the traffic of the buyer that is watched the busy one gets. */
export const BUSY_FACTOR = 10;

/** Leads for the five in turn. */
export const toFive: LeadOf = (number) => leadTo(FIVE[(number - 1) % SHARERS] ?? '', number);

/** Leads as `toFive`'s, but for a buyer that hangs in the place of the fifth. */
export const toFourAndHanging: LeadOf = (number) => (isForLast(number) ? leadTo('hanging', number) : toFive(number));

/** Leads for a busy buyer, and ten times as rarely for the first of the five. None comes at the same moment as another. */
export const toFirstAndBusy: LeadOf = (number) => leadTo(isForBusy(number) ? 'busy' : 'first', number);

/** Whether the n-th lead of the five's, or of those with a hanging buyer, is for the first. */
export function isForFirst(number: number): boolean {
  return number % SHARERS === 1;
}

/** Whether it is for the fifth, or the one that hangs in its place. */
export function isForLast(number: number): boolean {
  return number % SHARERS === 0;
}

/** Whether the n-th lead of `toFirstAndBusy` is for the busy one. */
export function isForBusy(number: number): boolean {
  return number % (1 + BUSY_FACTOR) !== 1;
}

function leadTo(buyer: string, number: number): LeadToSend {
  return { fields: leadFields(buyer, number), deliveries: 1 };
}
