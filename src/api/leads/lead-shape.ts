import { z } from 'zod';
import { allDeliveries } from '../../domain/delivery/plan.ts';
import type { LeadRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { deliverySchema, deliveryShape, deliverySummarySchema, type DeliveryShape, type DeliverySummary } from './delivery-shape.ts';

/** Temporal's embedded server keeps a history this long; afterwards a link to it leads nowhere. */
const TEMPORAL_RETENTION_MS = 30 * 86_400_000;

export const leadStatusSchema = z.enum(['delivering', 'delivered', 'held', 'queued', 'partial', 'discarded', 'undelivered']);

const leadShapeFields = {
  id: z.uuid(),
  source: z.string(),
  status: leadStatusSchema,
  reason: z.string().nullable(),
  test: z.boolean(),
  receivedAt: z.iso.datetime(),
  fields: z.record(z.string(), z.unknown()).meta({ description: 'As they came in, by flat name' }),
  route: z.string().nullable().meta({ description: 'The route that matched; null when none did' }),
  configVersion: z.int(),
  notes: z.array(z.string()).meta({ description: 'What a person should know, e.g. conditions that could not be evaluated' }),
  links: z.object({
    self: z.string(),
    temporal: z.string().nullable().meta({ description: 'The workflow in the Temporal UI; null when there is none, or beyond 30 days' }),
  }),
};

/** A lead with its deliveries and their attempts. */
export const leadSchema = z.object({ ...leadShapeFields, deliveries: z.array(deliverySchema) }).meta({ id: 'Lead' });

/** A lead as lists show it: its deliveries come without attempts. */
export const leadSummarySchema = z.object({ ...leadShapeFields, deliveries: z.array(deliverySummarySchema) }).meta({ id: 'LeadSummary' });

export type LeadShape = z.input<typeof leadSchema>;
export type LeadSummary = z.input<typeof leadSummarySchema>;

/** What links are made of. */
export type LinkSources = Pick<ApiDependencies, 'engine' | 'clock' | 'settings'>;

/** A lead around deliveries that are shaped already, whole or as summaries. */
export function leadShape<D extends DeliverySummary | DeliveryShape>(lead: LeadRecord, deliveries: D[], sources: LinkSources) {
  return {
    id: lead.id,
    source: lead.source,
    status: lead.status,
    reason: lead.reason,
    test: lead.test,
    receivedAt: lead.receivedAt,
    fields: lead.fields,
    route: lead.plan.route,
    configVersion: lead.plan.configVersion,
    notes: lead.notes,
    deliveries,
    links: leadLinks(lead, sources),
  };
}

/** Links of a lead. */
export function leadLinks(lead: Pick<LeadRecord, 'id' | 'receivedAt' | 'plan'>, { engine, clock, settings }: LinkSources): LeadShape['links'] {
  const isKept = clock().getTime() - Date.parse(lead.receivedAt) <= TEMPORAL_RETENTION_MS;
  const hasWorkflow = allDeliveries(lead.plan).length > 0;
  return { self: `${settings.publicUrl}/v1/leads/${lead.id}`, temporal: isKept && hasWorkflow ? engine.leadUrl(lead.id) : null };
}

/** Reads a lead's deliveries and attempts and shapes the whole. */
export async function readWholeLead(lead: LeadRecord, store: Pick<Store, 'deliveries' | 'attempts'>, sources: LinkSources): Promise<LeadShape> {
  const deliveries = await store.deliveries.ofLead(lead.id);
  const attempts = deliveries.length > 0 ? await store.attempts.ofDeliveries(deliveries.map((delivery) => delivery.id)) : [];
  const shaped = deliveries.map((delivery) => deliveryShape(delivery, attempts));
  return leadShape(lead, shaped, sources);
}
