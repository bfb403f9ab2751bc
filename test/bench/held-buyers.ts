import type { BenchBuyer, BenchRoute } from './leadrail/configuration.ts';
import { leadFields } from './load/lead-fields.ts';
import type { LeadOf } from './load/load-target.ts';
import type { Door } from './sink/doors.ts';

/** Several, because a worker keeps a limited number of connections to one buyer. */
const NAMES = Array.from({ length: 25 }, (_, index) => `held-${index + 1}`);

/** Doors of buyers who answer only when they are told to. */
export const HELD_DOORS: readonly Door[] = NAMES.map((name) => ({ name, behaviour: 'hold' }));

/** Their timeout is longer than any hold of a benchmark. */
export const HELD_BUYERS: readonly BenchBuyer[] = NAMES.map((door) => ({ door, timeout: '15m', trips: 1_000 }));

export const HELD_ROUTES: readonly BenchRoute[] = NAMES.map((campaign) => ({ campaign, deliver: [campaign] }));

/** Leads for one of them after the other. */
export const heldLead: LeadOf = (number) => ({ fields: leadFields(NAMES[number % NAMES.length] ?? '', number), deliveries: 1 });
