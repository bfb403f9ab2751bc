import { readGate, type BuyerGate, type GateAnswer } from '../../domain/breaker/gate.ts';
import type { GateStore } from '../../store/store.ts';
import { StoreUnavailable } from '../../store/store.ts';

/** How old what a worker knows of the gates may be. */
const SNAPSHOT_MAX_AGE_MS = 250;

/** A gate's answer with the version it was read from, which a hold is conditional on. */
export interface GateReading {
  answer: GateAnswer;
  version: number;
}

/**
 * A worker's snapshot of all gates: one small query per quarter of a second while there is work, none while there is none.
 * When the store is away the last known state holds.
 */
export class GateReader {
  private snapshot = new Map<string, BuyerGate>();
  private takenAtMs = Number.NEGATIVE_INFINITY;
  private refreshing: Promise<void> | null = null;
  private readonly gates: GateStore;
  private readonly clockMs: () => number;

  /** `clockMs` is monotonic, e.g. `performance.now`. */
  constructor(gates: GateStore, clockMs: () => number) {
    this.gates = gates;
    this.clockMs = clockMs;
  }

  /** Reads the gate of one destination from a snapshot that is at most a quarter of a second old. */
  async read(buyer: string, destination: string): Promise<GateReading> {
    if (this.clockMs() - this.takenAtMs > SNAPSHOT_MAX_AGE_MS) await this.refresh();
    const gate = this.snapshot.get(buyer);
    return { answer: readGate(gate, destination), version: gate?.version ?? 0 };
  }

  /** Reads the gate as it is stored now: when a hold or a probe showed that the snapshot is out of date. */
  async readAnew(buyer: string, destination: string): Promise<GateReading> {
    await this.refresh();
    return this.read(buyer, destination);
  }

  private refresh(): Promise<void> {
    this.refreshing ??= this.take().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  private async take(): Promise<void> {
    const startedAtMs = this.clockMs();
    try {
      const all = await this.gates.all();
      this.snapshot = new Map(all.map((gate) => [gate.buyer, gate]));
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
    this.takenAtMs = startedAtMs;
  }
}
