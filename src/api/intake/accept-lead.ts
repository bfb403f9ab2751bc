import { v7 as uuidv7 } from 'uuid';
import type { AppliedConfig } from '../../configuration/configuration.ts';
import type { SourceConfig } from '../../domain/config/schema.ts';
import { allDeliveries } from '../../domain/delivery/plan.ts';
import { missingOrInvalid, readLead } from '../../domain/fields/read-lead.ts';
import { planLead } from '../../domain/routing/route.ts';
import { addToLogContext } from '../../log-context/log-context.ts';
import type { LeadRecord } from '../../store/records.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem, type ProblemError } from '../http/problem.ts';
import { contentSha256 } from './content-hash.ts';
import type { FlatFields } from './flatten-fields.ts';
import { takePlace } from './source-limit.ts';

export interface IntakeLead {
  source: SourceConfig;
  applied: AppliedConfig;
  fields: FlatFields['fields'];
  notes: string[];
  test: boolean;
  idempotencyKey: string | null;
}

/** `isNew` is false when the idempotency key had brought the same lead before. */
export interface AcceptedLead {
  lead: LeadRecord;
  isNew: boolean;
}

/**
 * Types the lead, plans it, stores it, and hands it to the starter, in that order: once this resolves the lead cannot be
 * lost, whether or not Temporal is there. Throws a 422 problem for missing or invalid fields, a 429 beyond the source's limit, a 409
 * for a key used otherwise.
 */
export async function acceptLead(
  { source, applied, fields, notes, test, idempotencyKey }: IntakeLead,
  { store, clock, leadStarter }: Pick<ApiDependencies, 'store' | 'clock' | 'leadStarter'>,
): Promise<AcceptedLead> {
  const now = clock();
  const record = { id: uuidv7({ msecs: now.getTime() }), source: source.id, receivedAt: now.toISOString(), test, fields };
  addToLogContext({ leadId: record.id });
  const lead = readLead(record, source.fields);
  const errors = missingOrInvalid(lead, source.fields).map(({ field, message }): ProblemError => ({ field, message }));
  if (errors.length > 0) throw new Problem(422, 'The lead was not taken: required fields are missing or invalid.', { errors });
  const place = await takePlace(source, idempotencyKey, store);
  const planned = planLead(applied.config, applied.version, lead);
  const hasRoute = allDeliveries(planned.plan).length > 0;
  const acceptance = await store.leads.accept({
    ...record,
    plan: planned.plan,
    notes: [...notes, ...planned.notes],
    status: hasRoute ? 'delivering' : 'undelivered',
    reason: hasRoute ? null : NO_ROUTE,
    idempotency: idempotencyKey === null ? null : { key: idempotencyKey, contentSha256: contentSha256({ source: source.id, test, fields }) },
  });
  switch (acceptance.result) {
    case 'stored':
      if (hasRoute) leadStarter.start({ leadId: acceptance.lead.id, source: source.id, plan: acceptance.lead.plan });
      return { lead: acceptance.lead, isNew: true };
    case 'same':
      addToLogContext({ leadId: acceptance.lead.id });
      await place.giveBack();
      return { lead: acceptance.lead, isNew: false };
    case 'conflict':
      await place.giveBack();
      throw new Problem(409, `This Idempotency-Key was used with other content, for lead ${acceptance.leadId}. Use a new key for another lead.`);
  }
}

/** Why a lead without deliveries is undelivered. */
const NO_ROUTE = 'no route';
