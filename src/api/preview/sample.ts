import { z } from 'zod';
import type { AppliedConfig } from '../../configuration/configuration.ts';
import type { SourceConfig } from '../../domain/config/schema.ts';
import type { Lead } from '../../domain/fields/lead.ts';
import { readLead } from '../../domain/fields/read-lead.ts';
import type { FieldDeclarations } from '../../domain/fields/types.ts';
import { Problem } from '../http/problem.ts';
import { flattenFields, type FlatFields } from '../intake/flatten-fields.ts';

/** A sample lead's fields, as intake takes them. */
export const sampleFieldsSchema = z.record(z.string(), z.unknown()).meta({ description: 'The fields by name, raw, as a source would send them' });

/** Ids of what is only looked at. */
export const SAMPLE_LEAD_ID = '00000000-0000-7000-8000-000000000000';
export const SAMPLE_DELIVERY_ID = '00000000-0000-5000-8000-000000000000';

/** A sample lead's fields, flat as intake keeps them. Throws a 422 problem with paths. */
export function flatSample(lead: Record<string, unknown>): FlatFields['fields'] {
  const { fields, errors } = flattenFields(lead);
  if (errors.length > 0) throw new Problem(422, 'Some fields of the lead cannot be kept.', { errors: errors.map(({ field, message }) => ({ path: `lead.${field ?? ''}`, message })) });
  return fields;
}

/** A lead that came in at this moment; no test, so that what would really be sent is shown. */
export function sampleLead(fields: FlatFields['fields'], declarations: FieldDeclarations, { source, now }: { source: string; now: Date }): Lead {
  return readLead({ id: SAMPLE_LEAD_ID, source, receivedAt: now.toISOString(), test: false, fields }, declarations);
}

/** The source whose field types a sample has: the one that is named, else the only one; null when there are none. Throws a 422 problem otherwise. */
export function sampleSource(name: string | undefined, applied: AppliedConfig | null): SourceConfig | null {
  const sources = applied?.config.sources ?? [];
  const known = sources.map(({ id }) => id).join(', ');
  if (name === undefined) {
    if (sources.length <= 1) return sources[0] ?? null;
    throw new Problem(422, 'Say whose lead it is to be.', { errors: [{ field: 'source', message: `use one of ${known}` }] });
  }
  const source = sources.find(({ id }) => id === name);
  if (!source) throw new Problem(422, 'There is no such source.', { errors: [{ field: 'source', message: known === '' ? 'no source is configured; leave it out' : `use one of ${known}` }] });
  return source;
}
