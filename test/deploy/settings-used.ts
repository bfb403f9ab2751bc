import { durationSchema } from '../../src/domain/config/duration.ts';
import { environmentSchema } from '../../src/settings/environment-schema.ts';

/** Read by Node itself. */
const NOT_OURS = new Set(['NODE_ENV', 'NODE_OPTIONS']);

/** Of the variables that a deployment file sets for our processes, those that nothing reads. */
export function unreadVariables(names: string[]): string[] {
  return names.filter((name) => !NOT_OURS.has(name) && !(name in environmentSchema.shape));
}

/** How long a stop may take: the grace that is set, or the default. */
export function shutdownGraceMs(environment: Record<string, unknown>): number {
  return environmentSchema.shape.LEADRAIL_SHUTDOWN_GRACE.parse(environment['LEADRAIL_SHUTDOWN_GRACE']);
}

/** `90s` and the like, as Compose writes them. */
export function durationMs(text: string): number {
  return durationSchema.parse(text);
}
