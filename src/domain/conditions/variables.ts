import type { FieldValue, Lead } from '../fields/lead.ts';
import { fieldValue, rawValue } from '../mapping/value.ts';

/** Everything a condition can say about a lead, as nested Maps. */
export type ConditionMap = Map<string, FieldValue | ConditionMap>;

/**
 * What conditions see of a lead. `lead.x` is the field x in its normal form (the text that came in when it is invalid);
 * dotted names nest (`lead.a.b`) unless a value stands in the way, and are also reached as `lead["a.b"]`.
 * `lead.id`, `source`, `received_at` and `test` are the lead's own; `lead.fields.id` reaches a field they hide.
 * `lead.parts.phone.area` is a part of a field, `lead.parts.phone.raw` what came in, unless the lead has a field named `parts`.
 */
export function leadVariables(lead: Lead): { lead: ConditionMap } {
  const fields = nestFields(lead);
  const root: ConditionMap = new Map(fields);
  if (!root.has('parts')) root.set('parts', partsOf(lead));
  root.set('fields', fields);
  root.set('id', lead.id);
  root.set('source', lead.source);
  root.set('received_at', lead.receivedAt);
  root.set('test', lead.test);
  return { lead: root };
}

function nestFields(lead: Lead): ConditionMap {
  const root: ConditionMap = new Map();
  for (const [name, field] of lead.fields) root.set(name, fieldValue(field));
  for (const [name, field] of lead.fields) {
    if (name.includes('.')) nest(root, name.split('.'), fieldValue(field));
  }
  return root;
}

function nest(root: ConditionMap, segments: string[], value: FieldValue): void {
  let place = root;
  for (const segment of segments.slice(0, -1)) {
    const next = place.get(segment);
    if (next instanceof Map) {
      place = next;
    } else if (next === undefined || next === null) {
      const created: ConditionMap = new Map();
      place.set(segment, created);
      place = created;
    } else {
      return;
    }
  }
  const last = segments.at(-1) ?? '';
  if (!place.has(last)) place.set(last, value);
}

function partsOf(lead: Lead): ConditionMap {
  const parts: ConditionMap = new Map();
  for (const [name, field] of lead.fields) parts.set(name, new Map(Object.entries({ raw: rawValue(field.raw), ...field.parts })));
  return parts;
}
