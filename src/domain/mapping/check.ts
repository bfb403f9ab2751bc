import { checkCondition } from '../conditions/condition.ts';
import { compilePattern } from '../conditions/pattern.ts';
import { findCollisions } from './collisions.ts';
import { checkDateFormat, checkTimeZone } from './date.ts';
import { MAX_INDEX, parsePath } from './path.ts';
import type { Mapping, MappingRule } from './schema.ts';
import { checkTemplate } from './template.ts';
import type { Transform } from './transform-schema.ts';

/** A mistake in a mapping; `path` starts at the mapping itself, e.g. `[2, 'to']`. */
export interface MappingIssue {
  path: (string | number)[];
  message: string;
}

/** What the request is written as: form and query take names as they are, the others nest them. */
export type MappingFormat = 'json' | 'xml' | 'form' | 'query';

/**
 * Everything that is wrong with a mapping, as far as it can be told without a lead: paths that collide or cannot be read,
 * huge indexes, templates, conditions, time zones, date formats and patterns. Without a format it is judged as XML, the most
 * lenient of those that nest (`lead@id` is then an attribute beside `lead`).
 */
export function checkMapping(mapping: Mapping, format: MappingFormat = 'xml'): MappingIssue[] {
  if (mapping === 'auto') return [];
  const issues = mapping.flatMap((rule, index) => checkRule(rule).map(({ path, message }) => ({ path: [index, ...path], message })));
  if (format === 'form' || format === 'query') return issues;
  return [...issues, ...mapping.flatMap((rule, index) => checkPath(rule.to, index)), ...findCollisions(mapping.map((rule) => rule.to), format === 'xml')];
}

function checkPath(to: string, index: number): MappingIssue[] {
  const parsed = parsePath(to);
  if (!parsed.ok) return [{ path: [index, 'to'], message: parsed.message }];
  return parsed.segments.some(({ kind, name }) => kind === 'index' && (name.length > 4 || Number(name) > MAX_INDEX))
    ? [{ path: [index, 'to'], message: `"${to}" has an index above ${MAX_INDEX}; gaps close up, so count from 0` }]
    : [];
}

function checkRule(rule: MappingRule): MappingIssue[] {
  const issues: MappingIssue[] = [];
  const report = (key: keyof MappingRule, message: string | null): void => {
    if (message !== null) issues.push({ path: [key], message });
  };
  if (rule.from !== undefined && /[{}]/.test(rule.from)) report('from', `"from" is the bare name of a field; for text with fields in braces write "template"`);
  if (rule.template !== undefined) report('template', checkTemplate(rule.template));
  if (rule.when !== undefined) report('when', checkCondition(rule.when, ['lead']));
  if (rule.date !== undefined) report('date', checkDateFormat(rule.date));
  if (rule.timezone !== undefined) report('timezone', rule.date === undefined ? '"timezone" belongs to "date"; add a date format or leave it out' : checkTimeZone(rule.timezone));
  if (rule.format !== undefined) report('format', checkFormat(rule.format));
  rule.transform?.forEach((transform, index) => {
    for (const message of checkTransform(transform)) issues.push({ path: ['transform', index], message });
  });
  return issues;
}

function checkFormat(format: string): string | null {
  return checkTemplate(format) ?? (/\{\s*value\s*\}/.test(format) ? null : '"format" needs {value} where the value goes, as in "+1{value}"');
}

function checkTransform(transform: Transform): string[] {
  if (typeof transform === 'string') return [];
  if ('lookup' in transform && Object.keys(transform.lookup.table).length === 0) return ['the lookup table is empty'];
  if (!('replace' in transform) || !('pattern' in transform.replace)) return [];
  const compiled = compilePattern(transform.replace.pattern);
  if (!compiled.ok) return [compiled.message];
  const groups = compiled.pattern.groupCount();
  const named = [...transform.replace.with.matchAll(/\$([$&1-9])/g)].map((match) => Number(match[1])).filter((group) => group > groups);
  return named.length === 0 ? [] : [`"with" names group ${named.join(', ')}, and the pattern has ${groups}`];
}
