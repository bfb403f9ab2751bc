import type { InferSelectModel } from 'drizzle-orm';
import type { Plan } from '../domain/delivery/plan.ts';
import { storableText } from './columns.ts';
import type { LeadRecord } from './records.ts';
import { leads } from './schema.ts';

/** What is read of a lead's row to make its record. */
export const leadColumns = {
  id: leads.id,
  source: leads.source,
  status: leads.status,
  reason: leads.reason,
  test: leads.test,
  receivedAt: leads.receivedAt,
  fields: leads.fields,
  plans: leads.plans,
  notes: leads.notes,
};

/** Columns that a lead begins with; the others have defaults. */
export const newLeadColumns = { ...leadColumns, search: leads.search, idempotencyKey: leads.idempotencyKey, contentSha256: leads.contentSha256 };

export type LeadRow = Pick<InferSelectModel<typeof leads>, keyof typeof leadColumns>;

/** The plan a lead goes by: that of its latest redelivery by another route, else the original. */
export function latestPlan(row: Pick<LeadRow, 'plans'>): Plan {
  const latest = row.plans.at(-1);
  if (!latest) throw new Error('A stored lead has no plan: its row was changed by other hands.');
  return latest.plan;
}

/** A row as the record that the rest of Leadrail knows. */
export function toLeadRecord(row: LeadRow): LeadRecord {
  const { id, source, status, reason, test, receivedAt, fields, notes } = row;
  return { id, source, status, reason, test, receivedAt, fields, plan: latestPlan(row), notes };
}

/**
 * The text-normalised copy of a lead's fields that is searched: text as it is, numbers and booleans as written in JSON, lists
 * and objects as JSON; absent values are left out.
 */
export function toSearch(fields: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(fields).flatMap(([name, value]): [string, string][] =>
    value === null || value === undefined ? [] : [[storableText(name), storableText(typeof value === 'string' ? value : JSON.stringify(value))]],
  );
  return Object.fromEntries(entries);
}
