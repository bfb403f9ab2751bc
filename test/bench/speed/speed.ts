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
import { medianOf, ratiosOf, type Ratios } from './medians.ts';
import { FLOOR_DELIVERIES, SCENARIOS, SPEED_BUYERS, SPEED_DOORS, type Scenario, type ScenarioName } from './scenarios.ts';

export interface SpeedOptions extends SpeedLoad {
  /** How often everything is measured, the floor and Leadrail in turn, so that the machine's noise hits both. */
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

/** Measures each scenario, and its floors, in the same run but never at the same time. */
export async function measureSpeed(options: SpeedOptions, run: Run): Promise<ScenarioFigures[]> {
  const scenarios = SCENARIOS.filter(({ campaign }) => options.scenarios.length === 0 || options.scenarios.includes(campaign));
  const shapes = options.withFloor ? [...new Set(scenarios.flatMap(({ floors }) => floors))] : [];
  const measured = new Map<string, WorkloadFigures[]>();
  await withEndings(async (atEnd) => {
    const sink = await Sink.start(SPEED_DOORS, run.lose);
    atEnd(() => sink.stop());
    const note = (name: string, figures: WorkloadFigures) => void measured.set(name, [...(measured.get(name) ?? []), figures]);
    const measureAll = async (workloads: Workload[], system: MeasuredSystem) => {
      const [first] = workloads;
      if (first) await warmUp(first, options, system, sink.arrivals, run);
      for (const workload of workloads) note(workload.campaign, await measure(workload, options, system, sink.arrivals, run));
    };
    for (let round = 1; round <= options.rounds; round += 1) {
      run.progress(`round ${round} of ${options.rounds}`);
      if (shapes.length > 0) {
        await withFloor(sink, run, async (floor) => {
          const workloads = shapes.map((shape) => ({ title: `floor, ${FLOOR_TITLES[shape]}`, campaign: shape, deliveries: FLOOR_DELIVERIES[shape] }));
          await measureAll(workloads, floor);
        });
      }
      await withLeadrail({ configuration: configurationFor(sink, SPEED_BUYERS, SCENARIOS), database: options.database }, run, async (leadrail) => {
        await measureAll(scenarios.map(({ title, campaign, deliveries }) => ({ title: `Leadrail, ${title}`, campaign, deliveries })), leadrail);
      });
    }
  });
  return scenarios.map((scenario) => compared(scenario, shapes, (name) => ofRounds(measured.get(name) ?? [])));
}

function ofRounds(rounds: WorkloadFigures[]): Measured {
  return { median: medianOf(rounds), rounds };
}

function compared({ campaign, floors }: Scenario, measuredShapes: readonly FloorShape[], of: (name: string) => Measured): ScenarioFigures {
  const leadrail = of(campaign);
  const shapes = floors.filter((shape) => measuredShapes.includes(shape));
  return {
    scenario: campaign,
    leadrail,
    floors: shapes.map((shape) => {
      const floor = of(shape);
      return { shape, ratios: ratiosOf(leadrail.median, floor.median), ...floor };
    }),
  };
}
