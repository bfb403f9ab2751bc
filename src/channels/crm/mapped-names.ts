import type { Mapping } from '../../domain/mapping/schema.ts';
import { templateVariables } from '../../domain/mapping/template.ts';

/** The usual fields as most sources spell them: they go to a CRM without being mapped. */
const USUAL = ['first_name', 'last_name', 'full_name', 'name', 'email', 'phone', 'mobile', 'company', 'job_title', 'street', 'address', 'city', 'state', 'postal_code', 'zip', 'country', 'website', 'message', 'comments'];

/** Names of fields that a CRM's record is made from; null where `map` is not set, and nobody has looked at what beyond the usual is wanted. */
export function mappedNames(map: Mapping): string[] | null {
  if (map === 'auto') return null;
  return [...USUAL, ...map.flatMap(({ from, template, format }) => [from ?? [], templateVariables(template ?? ''), templateVariables(format ?? '')].flat())];
}
