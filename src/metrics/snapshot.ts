import type { Configuration } from '../configuration/configuration.ts';
import type { Config } from '../domain/config/schema.ts';
import type { BuyerGate } from '../domain/breaker/gate.ts';
import type { CountStore, GateStore, StoreCounts } from '../store/store.ts';

/** What the gauges show, read at one time. */
export interface Snapshot {
  counts: StoreCounts;
  gates: BuyerGate[];
  /** Null before the first configuration. */
  config: Config | null;
}

export interface SnapshotSources {
  store: { counts: CountStore; gates: Pick<GateStore, 'all'> };
  configuration: Pick<Configuration, 'current'>;
}

/** Within a scrape, whose own time limit is usually 10 s. */
const ANSWER_WITHIN_MS = 3_000;

/** Reads what the gauges show, at most once in `maxAgeMs`, however many ask. */
export class SnapshotReader {
  private readonly sources: SnapshotSources;
  private readonly maxAgeMs: number;
  private latest: { takenAtMs: number; snapshot: Promise<Snapshot> } | null = null;

  constructor(sources: SnapshotSources, maxAgeMs: number) {
    this.sources = sources;
    this.maxAgeMs = maxAgeMs;
  }

  /** Null when the store does not answer, or not in time: a scrape without these gauges is worth more than none. */
  async read(): Promise<Snapshot | null> {
    const now = performance.now();
    if (!this.latest || now - this.latest.takenAtMs >= this.maxAgeMs) this.latest = { takenAtMs: now, snapshot: this.take() };
    const { snapshot } = this.latest;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), ANSWER_WITHIN_MS);
    });
    try {
      // Whatever the reason is, the scrape shows that the part is away; /readyz and the log say more.
      return await Promise.race([snapshot.catch(() => null), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async take(): Promise<Snapshot> {
    const { store, configuration } = this.sources;
    const [counts, gates, applied] = await Promise.all([store.counts.read(), store.gates.all(), configuration.current()]);
    return { counts, gates, config: applied?.config ?? null };
  }
}
