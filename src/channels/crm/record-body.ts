import type { FieldValue } from '../../domain/fields/lead.ts';
import type { MappedValue } from '../../domain/mapping/apply.ts';
import { valueText } from '../../domain/mapping/value.ts';
import { renderJson } from '../../domain/render/json.ts';

/**
 * A record's values by name, those of `texts` as texts: a CRM refuses a number, or a list, where its own column is a text, and
 * a form sends whatever it likes. What `map` sends to other names keeps its type.
 */
export function recordBody(values: readonly MappedValue[], texts: ReadonlySet<string>): Map<string, FieldValue> {
  return new Map(values.map(({ to, value }) => [to, texts.has(to) && value !== null ? valueText(value) : value]));
}

/** Bytes of a JSON document. */
export function jsonBytes(tree: Parameters<typeof renderJson>[0]): Uint8Array {
  return Buffer.from(renderJson(tree), 'utf8');
}
