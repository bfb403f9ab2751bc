import { evaluateCondition } from '../conditions/condition.ts';
import { leadVariables } from '../conditions/variables.ts';
import type { FieldValue, Lead } from '../fields/lead.ts';
import type { MappingFormat } from './check.ts';
import { formatDate } from './date.ts';
import type { MappingMistake } from './mistake.ts';
import { parsePath, pathKey } from './path.ts';
import type { Mapping, MappingRule } from './schema.ts';
import { leadScope, resolveTemplate } from './template.ts';
import type { TemplateScope } from './template.ts';
import { TooMuchWork, applyTransforms } from './transform.ts';
import { fieldValue, isEmptyValue } from './value.ts';

/** One value and where it goes. The order of a list of them is the order of the request. */
export interface MappedValue {
  to: string;
  value: FieldValue;
}

/** `problems` are conditions that could not be evaluated and counted as false: nothing stops, but the lead's page says so. */
export type MappingResult = { ok: true; values: MappedValue[]; problems: MappingMistake[] } | { ok: false; mistakes: MappingMistake[] };

/**
 * What a mapping makes of a lead. Empty values are left out, but `value: ""` and `value: null` are sent; 0 and false are
 * values. The last rule of a path that has a value wins, at its own place; in a form or query, where names are taken as they
 * are, of a name. A required rule without a value is a mistake.
 */
export function applyMapping(mapping: Mapping, lead: Lead, extra: Record<string, FieldValue> = {}, format: MappingFormat = 'json'): MappingResult {
  const placeOf = format === 'form' || format === 'query' ? (to: string) => to : pathKey;
  if (mapping === 'auto') return { ok: true, values: everyField(lead, placeOf), problems: [] };
  const scope = leadScope(lead, extra);
  const variables = leadVariables(lead);
  const values = new Map<string, MappedValue>();
  const mistakes: MappingMistake[] = [];
  const problems: MappingMistake[] = [];
  for (const rule of mapping) {
    if (rule.when !== undefined) {
      const condition = evaluateCondition(rule.when, { ...variables });
      if (condition.problem !== null) problems.push({ to: rule.to, message: condition.problem });
      if (!condition.value) continue;
    }
    const value = ruleValue(rule, scope);
    if (value instanceof TooMuchWork) {
      mistakes.push({ to: rule.to, message: `the pattern of "${rule.to}" would take too long on ${describeSource(rule)}: it is too long; put a truncate before the pattern, or use a simpler one` });
    } else if (value !== undefined) {
      const place = placeOf(rule.to);
      values.delete(place);
      values.set(place, { to: rule.to, value });
    } else if (rule.required === true) {
      mistakes.push({ to: rule.to, message: `"${rule.to}" is required, and ${describeSource(rule)} gave no value` });
    }
  }
  return mistakes.length > 0 ? { ok: false, mistakes } : { ok: true, values: [...values.values()], problems };
}

function ruleValue(rule: MappingRule, scope: TemplateScope): FieldValue | TooMuchWork | undefined {
  if (rule.value !== undefined && (rule.value === '' || rule.value === null || isEmptyValue(rule.value))) return rule.value;
  let value = transformedValue(rule, scope);
  if (value instanceof TooMuchWork) return value;
  if (value === undefined || isEmptyValue(value)) return undefined;
  if (rule.date !== undefined) value = formatDate(value, rule.date, rule.timezone);
  if (rule.format !== undefined) value = wrapEach(value, rule.format, scope);
  return isEmptyValue(value) ? undefined : value;
}

function transformedValue(rule: MappingRule, scope: TemplateScope): FieldValue | TooMuchWork | undefined {
  try {
    return applyTransforms(sourceValue(rule, scope), rule.transform ?? []);
  } catch (error) {
    if (error instanceof TooMuchWork) return error;
    throw error;
  }
}

function sourceValue(rule: MappingRule, scope: TemplateScope): FieldValue | undefined {
  if (rule.from !== undefined) return scope.get(rule.from);
  return rule.template === undefined ? rule.value : resolveTemplate(rule.template, scope);
}

/** `+1{value}` around a value, or around each element of a list; other names in the format are fields. */
function wrapEach(value: FieldValue, format: string, scope: TemplateScope): FieldValue {
  if (Array.isArray(value)) return value.map((element) => wrapEach(element, format, scope));
  return resolveTemplate(format, { get: (path) => (path === 'value' ? value : scope.get(path)) }) ?? null;
}

function describeSource(rule: MappingRule): string {
  if (rule.from !== undefined) return `the field "${rule.from}"`;
  return rule.template === undefined ? 'its fixed value' : `its template ${rule.template}`;
}

/** Every field under its own name. Two names that spell one path are both sent: the later is quoted as a literal key. */
function everyField(lead: Lead, placeOf: (to: string) => string): MappedValue[] {
  const paths = new Set<string>();
  const values: MappedValue[] = [];
  for (const [name, field] of lead.fields) {
    const value = fieldValue(field);
    if (isEmptyValue(value)) continue;
    let to = name;
    while (paths.has(placeOf(to)) && parsePath(`[${to}]`).ok) to = `[${to}]`;
    paths.add(placeOf(to));
    values.push({ to, value });
  }
  return values;
}
