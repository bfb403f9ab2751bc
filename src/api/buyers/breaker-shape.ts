import { z } from 'zod';
import type { BuyerGate, DestinationGate } from '../../domain/breaker/gate.ts';
import type { BuyerConfig } from '../../domain/config/schema.ts';

const stateSchema = z.enum(['closed', 'open', 'half-open', 'paused']);

/** How a buyer's breakers stand, as its entity published last. */
export const breakerSchema = z
  .object({
    buyer: z.string(),
    state: stateSchema.meta({ description: 'paused when the buyer is; else that of the required destinations' }),
    reason: z.string().nullable(),
    since: z.iso.datetime().nullable(),
    destinations: z.record(
      z.string(),
      z.object({
        state: stateSchema,
        errors: z.int().meta({ description: 'Errors in a row that shut it' }),
        reason: z.string().nullable(),
        since: z.iso.datetime().nullable(),
        nextProbeAt: z.iso.datetime().nullable(),
      }),
    ),
  })
  .meta({ id: 'Breaker' });

export type BreakerShape = z.input<typeof breakerSchema>;
export type BreakerState = z.infer<typeof stateSchema>;

type DestinationShape = BreakerShape['destinations'][string];

/** The breaker of a buyer from its published gate; without one everything is closed, which means healthy. */
export function breakerShape(buyer: BuyerConfig, gate: BuyerGate | null): BreakerShape {
  const destinations = buyer.destinations.map(({ id, required }) => ({ id, required, shape: destinationShape(gate?.destinations[id]) }));
  return {
    buyer: buyer.id,
    ...overall(gate, destinations.filter(({ required }) => required).map(({ id, shape }) => ({ id, shape }))),
    destinations: Object.fromEntries(destinations.map(({ id, shape }) => [id, shape])),
  };
}

/** The worst that stands in the way of a required destination, the buyer's own pause before all. */
function overall(gate: BuyerGate | null, required: { id: string; shape: DestinationShape }[]): Pick<BreakerShape, 'state' | 'reason' | 'since'> {
  if (gate?.paused) return { state: 'paused', reason: gate.paused.reason, since: gate.paused.since };
  for (const state of ['open', 'half-open', 'paused'] as const) {
    const shut = required.find(({ shape }) => shape.state === state);
    if (shut) return { state, reason: `${shut.id}: ${shut.shape.reason ?? state}`, since: shut.shape.since };
  }
  return { state: 'closed', reason: null, since: null };
}

function destinationShape(gate: DestinationGate | undefined): DestinationShape {
  if (gate === undefined) return { state: 'closed', errors: 0, reason: null, since: null, nextProbeAt: null };
  return {
    state: gate.state,
    errors: gate.errors,
    reason: gate.state === 'closed' ? null : gate.reason,
    since: gate.since,
    nextProbeAt: gate.state === 'open' ? gate.nextProbeAt : null,
  };
}
