import { FORM_TYPE, JSON_TYPE, isJson, parseJson, unsupported } from '../http/media-types.ts';
import { Problem } from '../http/problem.ts';
import type { BodyReader } from '../http/read-body.ts';

export const LEAD_BODY_TYPES: readonly string[] = [JSON_TYPE, FORM_TYPE];

/** Reads a lead as JSON or as a form. Anything but an object of fields is a 400. */
export const readLeadBody: BodyReader = (raw) => {
  if (raw.mediaType === FORM_TYPE) return formFields(raw.text);
  if (raw.mediaType === null || !isJson(raw.mediaType)) throw unsupported(raw, LEAD_BODY_TYPES);
  const value = parseJson(raw.text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem(400, 'A lead is one JSON object: its fields by name. Send leads of a list one by one.');
  }
  return value;
};

/** `a[b]=1` becomes `a.b`; a name that comes more than once, or ends in `[]`, becomes a list. */
function formFields(text: string): Record<string, unknown> {
  const fields = new Map<string, string[]>();
  const lists = new Set<string>();
  for (const [written, value] of new URLSearchParams(text)) {
    const name = written.replaceAll(/\[([^[\]]*)\]/g, (_, inner: string) => (inner === '' ? '' : `.${inner}`));
    const values = fields.get(name);
    if (values) values.push(value);
    else fields.set(name, [value]);
    if (values || written.endsWith('[]')) lists.add(name);
  }
  return Object.fromEntries([...fields].map(([name, values]) => [name, lists.has(name) ? values : values[0]]));
}
