import { z } from 'zod';
import type { BreakerSettings } from '../breaker/report.ts';
import type { FailoverCause } from '../delivery/plan.ts';
import { fieldDeclarationsSchema } from '../fields/types.ts';
import type { SourceLimit } from '../intake-limit/limit.ts';
import { isTypeToCome, notAvailableYet } from './availability.ts';
import { idSchema, type DestinationCommon } from './destination.ts';
import { durationSchema } from './duration.ts';
import { nearest } from './nearest.ts';
import { sourceLimitSchema } from './source-limit.ts';
import { isMapping } from './strings.ts';
import { parseTarget, type Target } from './target.ts';

/** A configuration once it is read: every default filled in, units in the names. */
export interface Config {
  sources: SourceConfig[];
  buyers: BuyerConfig[];
  routes: RouteConfig[];
}

export interface SourceConfig {
  id: string;
  fields: z.output<typeof fieldDeclarationsSchema>;
  /** How fast leads may come in; null for as fast as they like. */
  limit: SourceLimit | null;
}

export interface BuyerConfig {
  id: string;
  /** For a person; the id when none was given. */
  name: string;
  breaker: BreakerSettings;
  whenPaused: 'hold' | 'skip';
  /** How long a lead is held; then it is a dead letter. */
  holdForMs: number;
  /** Whether deliveries that ran out of retries in an outage go out again when the destination recovers. */
  releaseOnRecovery: boolean;
  destinations: DestinationCommon[];
}

export interface RouteConfig {
  id: string;
  /** A CEL condition; null matches every lead. */
  when: string | null;
  deliver: RouteEntry[];
}

export type RouteEntry = { kind: 'fan-out'; target: Target } | ChainConfig;

export interface ChainConfig {
  kind: 'chain';
  firstOf: Target[];
  onUnknown: 'next' | 'stop';
  failoverOn: FailoverCause[];
  whenExhausted: 'hold' | 'deadLetter';
}

/** What each destination type of this version accepts, by type. */
export type DestinationSchemas = Readonly<Record<string, z.ZodType<DestinationCommon>>>;

const YEAR_MS = 31_536_000_000;
const waitSchema = durationSchema.refine((ms) => ms > 0 && ms <= YEAR_MS, 'must be longer than nothing and at most 365d');

const breakerSchema = z
  .strictObject({
    trips: z.int().min(1).max(1_000).default(5).describe('Errors in a row that shut a destination'),
    cooldown: waitSchema.default(300_000).describe('Until the first probe'),
    resume: z.enum(['auto', 'manual']).default('auto').describe('manual: only a person reopens it'),
  })
  .transform(({ trips, cooldown, resume }): BreakerSettings => ({ trips, cooldownMs: cooldown, resume }));

const targetSchema = z
  .string()
  .transform((text, context): Target => {
    const target = parseTarget(text);
    if (target) return target;
    context.addIssue({ code: 'custom', message: 'write "buyer" or "buyer/destination"' });
    return z.NEVER;
  })
  .meta({ description: 'A buyer, or buyer/destination' });

const chainSchema = z
  .strictObject({
    firstOf: z.array(targetSchema).min(1),
    onUnknown: z.enum(['next', 'stop']).default('next'),
    failoverOn: z.array(z.enum(['failure', 'error', 'skip'])).default(['failure', 'error', 'skip']),
    whenExhausted: z.enum(['hold', 'deadLetter']).default('hold'),
  })
  .transform((chain): RouteEntry => ({ kind: 'chain', ...chain }));

const entrySchema = z.union([targetSchema.transform((target): RouteEntry => ({ kind: 'fan-out', target })), chainSchema]);

const routeSchema = z
  .strictObject({
    id: idSchema,
    when: z.string().trim().min(1).optional().describe('A CEL condition; without one the route matches every lead'),
    deliver: z.array(entrySchema).min(1),
  })
  .transform((route): RouteConfig => ({ ...route, when: route.when ?? null }));

const sourceSchema = z
  .strictObject({ id: idSchema, fields: fieldDeclarationsSchema.nullish(), limit: sourceLimitSchema.optional() })
  .transform((source): SourceConfig => ({ id: source.id, fields: source.fields ?? fieldDeclarationsSchema.parse({}), limit: source.limit ?? null }));

/** A section may be missing, or left empty as YAML's null. */
function section<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
}

/**
 * One destination, dispatched by its `type` by hand: mistakes then read as that type's own,
 * not as those of a union of all types.
 */
function destinationSchema(schemas: DestinationSchemas) {
  const types = Object.keys(schemas);
  return z
    .unknown()
    .transform((value, context): DestinationCommon => {
      const type = isMapping(value) ? value['type'] : undefined;
      const schema = typeof type === 'string' && Object.hasOwn(schemas, type) ? schemas[type] : undefined;
      if (!schema) {
        context.addIssue(isMapping(value) ? typeIssue(type, types) : { code: 'custom', message: 'expected a mapping with `id` and `type`' });
        return z.NEVER;
      }
      const result = schema.safeParse(value);
      if (result.success) return result.data;
      // Zod adds the way to this destination to the paths.
      context.issues.push(...result.error.issues.map((issue) => ({ ...issue, path: [...issue.path], input: undefined })));
      return z.NEVER;
    })
    .meta({ description: `A destination: \`id\`, \`type\` (${types.join(', ')}) and what its type needs` });
}

function typeIssue(type: unknown, types: string[]): { code: 'custom'; path: string[]; message: string; params: { suggestion?: string } } {
  const known = `this version knows ${types.join(', ')}`;
  const issue = (message: string, suggestion?: string) => {
    return { code: 'custom' as const, path: ['type'], message, params: suggestion === undefined ? {} : { suggestion } };
  };
  if (type === undefined) return issue(`\`type\` is missing; ${known}`);
  if (typeof type !== 'string') return issue(`expected a destination type; ${known}`);
  if (isTypeToCome(type)) return issue(notAvailableYet(type));
  const suggestion = nearest(type, types);
  const hint = suggestion === undefined ? known : `did you mean \`${suggestion}\`?`;
  return issue(`"${type}" is no destination type; ${hint}`, suggestion);
}

/** The schema of the whole configuration, given what each destination type accepts. Reads what a person writes as `Config`. */
export function createConfigSchema(destinationSchemas: DestinationSchemas): z.ZodType<Config> {
  const buyerSchema = z
    .strictObject({
      id: idSchema,
      name: z.string().trim().min(1).optional(),
      breaker: breakerSchema.prefault({}),
      whenPaused: z.enum(['hold', 'skip']).default('hold').describe('What a fan-out does with leads for a paused buyer'),
      holdFor: waitSchema.default(86_400_000),
      releaseOnRecovery: z.boolean().default(true),
      destinations: z.array(destinationSchema(destinationSchemas)).min(1),
    })
    .transform(({ holdFor, ...buyer }): BuyerConfig => ({ ...buyer, name: buyer.name ?? buyer.id, holdForMs: holdFor }));
  return z.strictObject({ sources: section(sourceSchema), buyers: section(buyerSchema), routes: section(routeSchema) });
}
