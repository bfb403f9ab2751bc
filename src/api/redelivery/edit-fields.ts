import type { Configuration } from '../../configuration/configuration.ts';
import { missingOrInvalid, readLead } from '../../domain/fields/read-lead.ts';
import type { LeadRecord } from '../../store/records.ts';
import type { ProblemError } from '../http/problem.ts';
import { contentSha256 } from '../intake/content-hash.ts';
import type { FlatFields } from '../intake/flatten-fields.ts';

export type EditedLead =
  /** `edited` is false when the given fields say what the lead's say already. */
  | { ok: true; edited: boolean; lead: LeadRecord }
  | { ok: false; errors: ProblemError[] };

/** The lead with some of its fields replaced, checked as at intake. What the edit does not name stays. */
export async function editFields(lead: LeadRecord, fields: FlatFields['fields'] | null, configuration: Configuration): Promise<EditedLead> {
  if (fields === null) return { ok: true, edited: false, lead };
  const next = { ...lead, fields: Object.fromEntries([...Object.entries(lead.fields), ...Object.entries(fields)]) };
  const current = await configuration.current();
  const declarations = current?.config.sources.find((source) => source.id === lead.source)?.fields ?? {};
  const errors = missingOrInvalid(readLead(next, declarations), declarations).map(({ field, message }): ProblemError => ({ field, message }));
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, edited: contentSha256(next) !== contentSha256(lead), lead: next };
}
