import type { Chain, Plan, PlannedDelivery } from '../../src/domain/delivery/plan.ts';

/** A planned delivery to `buyer/api`, its id made of the buyer's. */
export function planned(buyer: string, changes: Partial<PlannedDelivery> = {}): PlannedDelivery {
  return {
    id: `delivery-${buyer}`,
    buyer,
    destination: 'api',
    type: 'webhook',
    required: true,
    timeoutMs: 1_000,
    retry: { kind: 'exponential', attempts: 3, initialMs: 10, maxMs: 100, multiplier: 2, jitter: 0 },
    whenPaused: 'hold',
    holdForMs: 60_000,
    releaseOnRecovery: true,
    ...changes,
  };
}

export function chainOf(...deliveries: PlannedDelivery[]): Chain {
  const entries = deliveries.map((delivery) => ({ deliveries: [delivery] }));
  return { entries, onUnknown: 'next', failoverOn: ['failure', 'error', 'skip'], whenExhausted: 'hold' };
}

export function planOf(fanOut: PlannedDelivery[], chains: Chain[] = []): Plan {
  return { route: 'west', configVersion: 1, fanOut, chains };
}
