import type { Lead } from '../fields/lead.ts';
import { readLead } from '../fields/read-lead.ts';
import type { FieldType } from '../fields/types.ts';

/** A made-up lead with these fields; the ones named in `types` are typed. */
export function leadOf(fields: Record<string, unknown>, types: Record<string, FieldType> = {}): Lead {
  const declarations = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type, required: false }]));
  return readLead({ id: 'lead-1', source: 'facebook', receivedAt: '2024-03-10T04:30:00.000Z', test: false, fields }, declarations);
}
