import type { z } from 'zod';
import { checkConditions } from './condition-checks.ts';
import { checkIds, checkReachability, checkTargets, type Finding } from './cross-checks.ts';
import { checkDestinations, type DestinationChecks } from './destination-checks.ts';
import { mistakesFromIssues } from './issues.ts';
import { namesAlong } from './names-along.ts';
import type { ConfigMistake } from './mistake.ts';
import { outlineOf } from './outline.ts';
import { createConfigSchema, type Config, type DestinationSchemas } from './schema.ts';
import { isTooDeep, writePath } from './strings.ts';

export type ParsedConfig = { ok: true; config: Config; warnings: ConfigMistake[] } | { ok: false; mistakes: ConfigMistake[] };

const schemas = new WeakMap<DestinationSchemas, z.ZodType<Config>>();

function schemaFor(destinationSchemas: DestinationSchemas): z.ZodType<Config> {
  const known = schemas.get(destinationSchemas);
  if (known) return known;
  const schema = createConfigSchema(destinationSchemas);
  schemas.set(destinationSchemas, schema);
  return schema;
}

/**
 * Reads a configuration document. All mistakes are found at once: those of shape, and, from whatever can be made out
 * of the rest, those of meaning. Warnings come with a configuration that is accepted.
 */
export function parseConfig(document: unknown, destinationSchemas: DestinationSchemas, destinationChecks: DestinationChecks = {}): ParsedConfig {
  if (document === null || document === undefined) {
    return { ok: false, mistakes: [{ path: '', message: 'the configuration is empty; to have none at all, write `{}`' }] };
  }
  if (isTooDeep(document)) {
    return { ok: false, mistakes: [{ path: '', message: 'the configuration nests deeper than 64 levels, or contains itself' }] };
  }
  const schema = schemaFor(destinationSchemas);
  const result = schema.safeParse(document);
  const issues = result.success ? [] : result.error.issues;
  const outline = outlineOf(document);
  const findings = [
    ...checkIds(outline),
    ...checkDestinations(outline, destinationSchemas, destinationChecks),
    ...checkTargets(outline),
    ...checkConditions(outline),
    ...checkReachability(outline),
  ];
  const toMistake = ({ path, message, suggestion }: Finding): ConfigMistake => {
    const mistake = { path: writePath(path), message: message + namesAlong(document, path) };
    return suggestion === undefined ? mistake : { ...mistake, suggestion };
  };
  const mistakes = [
    ...mistakesFromIssues(issues, { document, schema, destinationSchemas }),
    ...findings.filter((finding) => finding.severity === 'error').map(toMistake),
  ];
  if (!result.success || mistakes.length > 0) return { ok: false, mistakes };
  return { ok: true, config: result.data, warnings: findings.filter((finding) => finding.severity === 'warning').map(toMistake) };
}
