import { parseArgs } from 'node:util';
import { z } from 'zod';
import { SCENARIO_NAMES, type ScenarioName } from './speed/scenarios.ts';

/**
 * What is measured: speed against bare Temporal, how little one buyer's trouble is another's, how soon a killed worker's deliveries
 * go on, or how long it takes to hide secrets in a large text.
 */
export type BenchMode = 'speed' | 'isolation' | 'recovery' | 'masking';

export interface BenchArguments {
  mode: BenchMode;
  /** JSON instead of tables. */
  json: boolean;
  leads: number;
  /** Of the closed loop. */
  concurrency: number;
  rounds: number;
  /** Empty for all. */
  scenarios: ScenarioName[];
  /** Whether bare Temporal workflows are measured too. */
  withFloor: boolean;
  idleLeads: number;
  /** Before a started process is measured: at first it spends its time compiling. */
  warmUpLeads: number;
  /** Of isolation: the part of the closed loop's leads/s that the others get. */
  rateShare: number;
  /** Of isolation: deliveries that one worker is to hold at once. */
  inFlight: number;
  /** Where Leadrail keeps its records; the embedded one is what `npm start` takes. */
  database: BenchDatabase;
}

export type BenchDatabase = 'embedded' | 'postgres';

const amount = (most: number) => z.coerce.number().int().min(1).max(most);
const argumentsSchema = z.object({
  leads: amount(100_000).optional(),
  concurrency: amount(1_000).default(50),
  rounds: amount(100).optional(),
  'warm-up': amount(100_000).optional(),
  scenario: z.array(z.enum(SCENARIO_NAMES)).default([]),
  json: z.boolean().default(false),
  isolation: z.boolean().default(false),
  recovery: z.boolean().default(false),
  masking: z.boolean().default(false),
  'no-floor': z.boolean().default(false),
  quick: z.boolean().default(false),
  postgres: z.boolean().default(false),
  'rate-share': z.coerce.number().gt(0).max(1).default(0.2),
  'in-flight': amount(1_000).optional(),
});

/** Where nothing is said; `--quick` shows in a minute or two that everything works, and its figures say little. */
const USUAL: Record<BenchMode, { leads: number; rounds: number }> = { speed: { leads: 300, rounds: 3 }, isolation: { leads: 300, rounds: 1 }, recovery: { leads: 40, rounds: 3 }, masking: { leads: 1, rounds: 5 } };
const QUICK = { leads: 40, rounds: 1, idleLeads: 10, warmUpLeads: 20, inFlight: 100 };
const FULL = { idleLeads: 50, warmUpLeads: 3_000, inFlight: 1_000 };

/** Reads the command line; throws, a line each, for what it does not know and for values that mean nothing. */
export function readArguments(args: string[]): BenchArguments {
  const { values } = parseArgs({
    args,
    options: {
      leads: { type: 'string' },
      concurrency: { type: 'string' },
      rounds: { type: 'string' },
      'warm-up': { type: 'string' },
      scenario: { type: 'string', multiple: true },
      json: { type: 'boolean' },
      isolation: { type: 'boolean' },
      recovery: { type: 'boolean' },
      masking: { type: 'boolean' },
      'no-floor': { type: 'boolean' },
      quick: { type: 'boolean' },
      postgres: { type: 'boolean' },
      'rate-share': { type: 'string' },
      'in-flight': { type: 'string' },
    },
  });
  const read = argumentsSchema.safeParse(values);
  if (!read.success) throw new Error(read.error.issues.map(({ path, message }) => `--${String(path[0])}: ${message}`).join('\n'));
  const { data } = read;
  const asked = (['isolation', 'recovery', 'masking'] as const).filter((mode) => data[mode]);
  if (asked.length > 1) throw new Error(`${asked.map((mode) => `--${mode}`).join(' and ')}: one at a time`);
  const mode: BenchMode = asked[0] ?? 'speed';
  const usual = { ...USUAL[mode], ...FULL, ...(data.quick ? QUICK : {}) };
  return {
    mode,
    json: data.json,
    leads: data.leads ?? usual.leads,
    concurrency: data.concurrency,
    rounds: data.rounds ?? usual.rounds,
    scenarios: data.scenario,
    withFloor: !data['no-floor'],
    idleLeads: usual.idleLeads,
    warmUpLeads: data['warm-up'] ?? usual.warmUpLeads,
    rateShare: data['rate-share'],
    inFlight: data['in-flight'] ?? usual.inFlight,
    database: data.postgres || mode === 'recovery' ? 'postgres' : 'embedded',
  };
}
