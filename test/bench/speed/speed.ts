import type { BenchDatabase } from '../arguments.ts';
import type { FloorShape } from '../floor/shapes.ts';
import { FLOOR_TITLES } from '../floor/shapes.ts';
import { withFloor } from '../floor/floor-system.ts';
import { configurationFor } from '../leadrail/configuration.ts';
import { withLeadrail } from '../leadrail/leadrail-system.ts';
import type { MeasuredSystem } from '../measured-system.ts';
import type { Run } from '../run.ts';
import { Sink } from '../sink/sink.ts';
import { withEndings } from '../endings.ts';
import { measure, warmUp, type SpeedLoad, type Workload, type WorkloadFigures } from './measure.ts';
import { medianOf, medianRatios, type Ratios } from './medians.ts';
import { FLOOR_DELIVERIES, SCENARIOS, SPEED_BUYERS, SPEED_DOORS, type Scenario, type ScenarioName } from './scenarios.ts';

export interface SpeedOptions extends SpeedLoad {
  /** How often everything is measured: the floor and Leadrail run beside each other and are measured in turn, so that the machine's noise hits both. */
  rounds: number;
  /** Empty for all. */
  scenarios: readonly ScenarioName[];
  /** Whether bare Temporal workflows are measured too. */
  withFloor: boolean;
  database: BenchDatabase;
}

/** Figures of several rounds. */
export interface Measured {
  median: WorkloadFigures;
  rounds: WorkloadFigures[];
}

export interface ScenarioFigures {
  scenario: ScenarioName;
  leadrail: Measured;
  floors: (Measured & { shape: FloorShape; ratios: Ratios })[];
}

/** One system's part of a round. */
interface Turn {
  workload: Workload;
  system: MeasuredSystem;
}

/**
 * Measures each scenario, and its floors. Leadrail and the floor are both there all the time, and one rests while the other is measured:
 * what a machine does for one of them it does half a minute later for the other too.
 */
export async function measureSpeed(options: SpeedOptions, run: Run): Promise<ScenarioFigures[]> {
  const scenarios = SCENARIOS.filter(({ campaign }) => options.scenarios.length === 0 || options.scenarios.includes(campaign));
  return withEndings(async (atEnd) => {
    const sink = await Sink.start(SPEED_DOORS, run.lose);
    atEnd(() => sink.stop());
    const configuration = configurationFor(sink, SPEED_BUYERS, SCENARIOS);
    return withLeadrail({ configuration, database: options.database }, run, async (leadrail) => {
      const measureAll = (floor: MeasuredSystem | null) => measureInTurn(scenarios.map((scenario) => ({ scenario, turns: turnsOf(scenario, leadrail, floor) })), options, { sink, run });
      return options.withFloor ? withFloor(sink, run, measureAll) : measureAll(null);
    });
  });
}

function turnsOf({ title, campaign, deliveries, floors }: Scenario, leadrail: MeasuredSystem, floor: MeasuredSystem | null): Turn[] {
  const bare = floor === null ? [] : floors.map((shape): Turn => ({ workload: { title: `floor, ${FLOOR_TITLES[shape]}`, campaign: shape, deliveries: FLOOR_DELIVERIES[shape] }, system: floor }));
  return [...bare, { workload: { title: `Leadrail, ${title}`, campaign, deliveries }, system: leadrail }];
}

async function measureInTurn(parts: { scenario: Scenario; turns: Turn[] }[], options: SpeedOptions, { sink, run }: { sink: Sink; run: Run }): Promise<ScenarioFigures[]> {
  const warm = new Set<MeasuredSystem>();
  for (const { workload, system } of parts.flatMap(({ turns }) => turns)) {
    if (!warm.has(system)) await warmUp(workload, options, system, sink.arrivals, run);
    warm.add(system);
  }
  const measured = new Map<string, WorkloadFigures[]>();
  for (let round = 1; round <= options.rounds; round += 1) {
    run.progress(`round ${round} of ${options.rounds}`);
    for (const { turns } of parts) {
      // Whoever comes first finds the machine rested: each in every other round.
      for (const { workload, system } of round % 2 === 1 ? turns : turns.toReversed()) {
        const figures = await measure(workload, options, system, sink.arrivals, run);
        measured.set(workload.campaign, [...(measured.get(workload.campaign) ?? []), figures]);
      }
    }
  }
  return parts.map(({ scenario }) => compared(scenario, measured));
}

function compared({ campaign, floors }: Scenario, measured: ReadonlyMap<string, WorkloadFigures[]>): ScenarioFigures {
  const leadrail = ofRounds(measured.get(campaign) ?? []);
  return {
    scenario: campaign,
    leadrail,
    floors: floors.flatMap((shape) => {
      const rounds = measured.get(shape);
      return rounds === undefined ? [] : [{ shape, ratios: medianRatios(leadrail.rounds, rounds), ...ofRounds(rounds) }];
    }),
  };
}

function ofRounds(rounds: WorkloadFigures[]): Measured {
  return { median: medianOf(rounds), rounds };
}
