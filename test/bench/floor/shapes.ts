/** The bare workflows that Leadrail is compared with: the same requests to the same sink, with no product around them. */
export const FLOOR_SHAPES = ['oneActivity', 'threeActivities', 'childWithThree', 'childWithChain'] as const;

export type FloorShape = (typeof FLOOR_SHAPES)[number];

/** How a shape is called in a report. */
export const FLOOR_TITLES: Record<FloorShape, string> = {
  oneActivity: '1 activity',
  threeActivities: '3 activities',
  childWithThree: 'lead → child → 3 activities',
  childWithChain: 'lead → child → 2 in a row',
};

/** The doors of the sink that a shape sends to, in the order of a chain. */
export const FLOOR_DOORS: Record<FloorShape, readonly string[]> = {
  oneActivity: ['alpha'],
  threeActivities: ['alpha', 'beta', 'gamma'],
  childWithThree: ['alpha', 'beta', 'gamma'],
  childWithChain: ['down', 'alpha'],
};
