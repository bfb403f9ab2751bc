import type { BenchBuyer, BenchRoute } from '../leadrail/configuration.ts';
import type { FloorShape } from '../floor/shapes.ts';
import type { Door } from '../sink/doors.ts';

export const SCENARIO_NAMES = ['fan-out-1', 'fan-out-3', 'failover'] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** A kind of lead that is measured on its own. The route is chosen by the lead's `campaign`, which is the scenario's name. */
export interface Scenario extends BenchRoute {
  campaign: ScenarioName;
  /** What it is, for a person. */
  title: string;
  /** Arrivals that a lead has to make before it counts as done; refused ones are none. */
  deliveries: number;
  /** What it is compared with. */
  floors: readonly FloorShape[];
}

export const SCENARIOS: readonly Scenario[] = [
  { campaign: 'fan-out-1', title: 'fan-out to 1 buyer', deliver: ['alpha'], deliveries: 1, floors: ['oneActivity'] },
  { campaign: 'fan-out-3', title: 'fan-out to 3 buyers', deliver: ['alpha', 'beta', 'gamma'], deliveries: 3, floors: ['threeActivities', 'childWithThree'] },
  { campaign: 'failover', title: 'failover: the first buyer refuses, the second takes it', deliver: [{ firstOf: ['down', 'alpha'] }], deliveries: 1, floors: ['childWithChain'] },
];

/** How many arrivals a lead of a bare shape makes. */
export const FLOOR_DELIVERIES: Record<FloorShape, number> = { oneActivity: 1, threeActivities: 3, childWithThree: 3, childWithChain: 1 };

export const SPEED_DOORS: readonly Door[] = [
  { name: 'alpha', behaviour: 'take' },
  { name: 'beta', behaviour: 'take' },
  { name: 'gamma', behaviour: 'take' },
  { name: 'down', behaviour: 'refuse' },
];

export const SPEED_BUYERS: readonly BenchBuyer[] = SPEED_DOORS.map(({ name }) => ({ door: name }));
