import type { FieldValue, Lead } from '../../domain/fields/lead.ts';
import { applyMapping, type MappingResult } from '../../domain/mapping/apply.ts';
import type { Mapping } from '../../domain/mapping/schema.ts';
import { usualFields, type UsualField } from './usual-fields.ts';

/** What a record of a CRM is made of. */
export interface RecordOrder {
  /** `auto`: the usual fields alone. A list is laid over them: its rules add values, or replace those of the same name. */
  map: Mapping;
  lead: Lead;
  deliveryId: string;
  /** The CRM's own names of the usual fields. */
  names: Partial<Record<UsualField, string>>;
}

/**
 * A CRM record's values, by the CRM's own names, which are taken as they are: dots make no objects. Fields of the lead that are none of
 * the usual ones go only where `map` sends them: a CRM refuses a record with a name that it does not know.
 */
export function recordValues({ map, lead, deliveryId, names }: RecordOrder): MappingResult {
  const usual = usualFields(lead);
  const values = new Map<string, FieldValue>();
  for (const [meaning, value] of usual) {
    const name = names[meaning];
    if (name !== undefined) values.set(name, value);
  }
  const mapped = map === 'auto' ? { ok: true as const, values: [], problems: [] } : applyMapping(map, lead, { 'delivery.id': deliveryId }, 'form');
  if (!mapped.ok) return mapped;
  for (const { to, value } of mapped.values) values.set(to, value);
  return { ok: true, values: [...values].map(([to, value]) => ({ to, value })), problems: mapped.problems };
}
