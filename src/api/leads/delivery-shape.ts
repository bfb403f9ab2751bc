import { z } from 'zod';
import { explain } from '../../domain/delivery/explanation.ts';
import type { PlannedDelivery } from '../../domain/delivery/plan.ts';
import type { AttemptRecord, DeliveryRecord } from '../../store/records.ts';
import { attemptSchema, attemptShape } from './attempt-shape.ts';

const deliveryShapeFields = {
  id: z.uuid().meta({ description: 'The id that the buyer gets too' }),
  buyer: z.string(),
  destination: z.string(),
  type: z.string().meta({ description: 'Type of the destination, e.g. `webhook`' }),
  status: z.enum(['planned', 'delivering', 'delivered', 'rejected', 'failed', 'held', 'skipped', 'queued', 'unknown', 'discarded']),
  reason: z.string().nullable().meta({ description: 'For a person: the buyer’s own words, or what to check' }),
  reasonCode: z.string().nullable().meta({ description: 'The same as a code' }),
  required: z.boolean().meta({ description: 'false: never counts for the lead' }),
  recipientId: z.string().nullable(),
  billable: z.boolean().nullable(),
  price: z.number().nullable(),
  captures: z.record(z.string(), z.string()).nullable().meta({ description: 'What the configuration keeps of the answer, by its own names' }),
  round: z.int(),
  heldUntil: z.iso.datetime().nullable(),
  deadLetter: z.enum(['refused', 'undeliverable', 'unknown', 'ours']).nullable(),
  redeliveryOf: z.uuid().nullable().meta({ description: 'Of a delivery made anew with edited fields, or after it had been taken' }),
  settledAt: z.iso.datetime().nullable(),
};

/** One lead × one destination, without attempts: as lists show it. */
export const deliverySummarySchema = z.object(deliveryShapeFields).meta({ id: 'DeliverySummary' });

/** One lead × one destination with every attempt. */
export const deliverySchema = z.object({ ...deliveryShapeFields, attempts: z.array(attemptSchema) }).meta({ id: 'Delivery' });

export type DeliverySummary = z.input<typeof deliverySummarySchema>;
export type DeliveryShape = z.input<typeof deliverySchema>;

/** A delivery as lists show it. */
export function deliverySummary(delivery: DeliveryRecord): DeliverySummary {
  const { planned } = delivery;
  return {
    id: delivery.id,
    buyer: planned.buyer,
    destination: planned.destination,
    type: planned.type,
    status: delivery.state,
    reason: delivery.explanation ?? (delivery.reason === null ? null : explain(delivery.reason)),
    reasonCode: delivery.reason,
    required: planned.required,
    recipientId: delivery.recipientId,
    billable: delivery.billable,
    price: delivery.price,
    captures: delivery.captures,
    round: delivery.round,
    heldUntil: delivery.heldUntil,
    deadLetter: delivery.deadLetter,
    redeliveryOf: delivery.redeliveryOf,
    settledAt: delivery.settledAt,
  };
}

/** A delivery with those of `attempts` that are its own. */
export function deliveryShape(delivery: DeliveryRecord, attempts: AttemptRecord[]): DeliveryShape {
  return { ...deliverySummary(delivery), attempts: attempts.filter((attempt) => attempt.deliveryId === delivery.id).map(attemptShape) };
}

/** A delivery of a lead that was stored this moment: what a read would find, without the read. */
export function freshDeliveryShape(planned: PlannedDelivery): DeliveryShape {
  return {
    id: planned.id,
    buyer: planned.buyer,
    destination: planned.destination,
    type: planned.type,
    status: 'planned',
    reason: null,
    reasonCode: null,
    required: planned.required,
    recipientId: null,
    billable: null,
    price: null,
    captures: null,
    round: FIRST_ROUND,
    heldUntil: null,
    deadLetter: null,
    redeliveryOf: null,
    settledAt: null,
    attempts: [],
  };
}

const FIRST_ROUND = 1;
