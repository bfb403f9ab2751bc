import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { createStoreGauges } from './gauges.ts';
import { createInstruments } from './instruments.ts';
import type { Recorder } from './recorder.ts';
import { SnapshotReader, type SnapshotSources } from './snapshot.ts';
import { readTemporalSdkMetrics } from './temporal-sdk.ts';

export type { Recorder, SweepName } from './recorder.ts';

/** The metrics of this process: told what happens, and read by whoever scrapes. docs/metrics.md lists them. */
export interface Metrics extends Recorder {
  /** A worker runs in this process; `polls` says whether it takes work at this moment. */
  watchWorker(polls: () => boolean): void;
  /** Of what `scrape` gives. */
  readonly contentType: string;
  /** Everything in Prometheus' text format: ours, the process's, the Temporal SDK's. Never rejects because a part is away: `leadrail_scrape_part_up` shows it. */
  scrape(): Promise<string>;
}

export interface MetricsSources extends SnapshotSources {
  version: string;
  /** Where the Temporal SDK serves its own metrics; null where it does not. */
  temporalSdkUrl: string | null;
  clock: () => Date;
  /** How old the gauges that stand in the store may be; 5 s unless set. */
  gaugesMaxAgeMs?: number;
}

/** Less than any sensible interval between scrapes, more than it takes several scrapers to come by. */
const GAUGES_MAX_AGE_MS = 5_000;

/** Makes the metrics of one process, in a registry of their own. */
export function createMetrics({ version, temporalSdkUrl, clock, gaugesMaxAgeMs = GAUGES_MAX_AGE_MS, ...sources }: MetricsSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const { begin, ...recorder } = createInstruments(registry);
  const storeGauges = createStoreGauges(registry);
  const snapshots = new SnapshotReader(sources, gaugesMaxAgeMs);
  new Gauge({ name: 'leadrail_build_info', help: 'Always 1; the label has the version', labelNames: ['version'], registers }).set({ version }, 1);
  const partUp = new Gauge({
    name: 'leadrail_scrape_part_up',
    help: '1 when this part of the scrape could be read: store, for the gauges that stand there; temporal_sdk, for everything temporal_',
    labelNames: ['part'],
    registers,
  });
  collectDefaultMetrics({ register: registry });
  let worker: { polls: () => boolean; gauge: Gauge } | null = null;

  return {
    ...recorder,
    watchWorker: (polls) => {
      const gauge = worker?.gauge ?? new Gauge({ name: 'leadrail_worker_polling', help: '1 while the worker in this process takes work', registers });
      worker = { polls, gauge };
    },
    contentType: registry.contentType,
    scrape: async () => {
      const [snapshot, sdk] = await Promise.all([snapshots.read(), temporalSdkUrl === null ? null : readTemporalSdkMetrics(temporalSdkUrl)]);
      storeGauges.show(snapshot, clock());
      if (snapshot?.config) begin(snapshot.config, { worker: worker !== null });
      partUp.set({ part: 'store' }, snapshot ? 1 : 0);
      if (temporalSdkUrl !== null) partUp.set({ part: 'temporal_sdk' }, sdk === null ? 0 : 1);
      worker?.gauge.set(worker.polls() ? 1 : 0);
      return `${(await registry.metrics()).trimEnd()}\n${sdk ?? ''}`;
    },
  };
}
