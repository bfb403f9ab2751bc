import { checkCondition } from '../conditions/condition.ts';
import type { Finding } from './cross-checks.ts';
import { nearest } from './nearest.ts';
import type { Outline } from './outline.ts';

/** Names under `lead` that are the lead's own and not fields. */
const RESERVED: ReadonlySet<string> = new Set(['id', 'source', 'received_at', 'test', 'fields', 'parts']);

/** The fields a condition names as `lead.x`, `lead.x.y`, `lead["x"]`, `lead.fields.x` or `lead.parts.x.area`, as dot paths, each once. */
export function fieldsNamed(condition: string): string[] {
  const names = new Set<string>();
  const access = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?<![\w.])lead((?:\s*\.\s*[A-Za-z_]\w*(?!\w|\s*\()|\s*\[\s*(?:"[^"\\]*"|'[^'\\]*')\s*\])+)/g;
  for (const [, path] of condition.matchAll(access)) {
    if (path === undefined) continue;
    const parts = [...path.matchAll(/\.\s*([A-Za-z_]\w*)|["']([^"'\\]*)["']/g)].map(([, dotted, quoted]) => dotted ?? quoted ?? '');
    const [first, ...rest] = parts;
    if (first === 'fields' && rest.length > 0) names.add(rest.join('.'));
    else if (first === 'parts' && rest.length > 1) names.add(rest.slice(0, -1).join('.'));
    else if (first !== undefined && !RESERVED.has(first)) names.add(parts.join('.'));
  }
  return [...names];
}

/** `contact` and `contact.city` both reach the declared `contact.city`. */
function isDeclared(name: string, declared: readonly string[]): boolean {
  return declared.some((field) => name === field || field.startsWith(`${name}.`));
}

/** Conditions of routes compile; a field that no source declares is only a warning, for undeclared fields are kept too. */
export function checkConditions(outline: Outline): Finding[] {
  const declared = [...new Set(outline.sources.flatMap((source) => source.fields))];
  return outline.routes.flatMap(({ when }, index): Finding[] => {
    if (when === null || when.trim() === '') return [];
    const path = ['routes', index, 'when'];
    const problem = checkCondition(when, ['lead']);
    if (problem !== null) return [{ path, message: `this condition cannot be read: ${problem}`, severity: 'error' }];
    return fieldsNamed(when)
      .filter((name) => !isDeclared(name, declared))
      .map((name) => {
        const suggestion = nearest(name, declared);
        const hint = suggestion === undefined ? 'it is text when a lead has it' : `did you mean "${suggestion}"?`;
        const finding: Finding = { path, message: `no source declares the field "${name}"; ${hint}`, severity: 'warning' };
        return suggestion === undefined ? finding : { ...finding, suggestion };
      });
  });
}
