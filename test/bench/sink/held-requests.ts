import type { Held, LetGo } from './sink-message.ts';

/** The requests that doors of the sink hold, as the sink saw them. */
export class HeldRequests {
  private readonly open = new Map<number, Held>();
  private most = 0;
  private readonly cutAtMs = new Map<string, number>();
  private readonly againAtMs = new Map<string, number>();

  held(held: Held): void {
    this.open.set(held.request, held);
    this.most = Math.max(this.most, this.open.size);
    if (this.cutAtMs.has(held.key) && !this.againAtMs.has(held.key)) this.againAtMs.set(held.key, held.atMs);
  }

  letGo({ request, how, atMs }: LetGo): void {
    const held = this.open.get(request);
    this.open.delete(request);
    if (held && how === 'cut') this.cutAtMs.set(held.key, atMs);
  }

  get openNow(): number {
    return this.open.size;
  }

  /** The most that were open at once. */
  get mostOpen(): number {
    return this.most;
  }

  /** How many deliveries had a connection that broke off before its answer. */
  get cut(): number {
    return this.cutAtMs.size;
  }

  /** When the requests of cut-off deliveries came again, a time each. As long as one is missing, there are fewer than `cut`. */
  get againAt(): number[] {
    return [...this.againAtMs.values()];
  }

  /** Counts anew; what is open stays open. */
  startAnew(): void {
    this.most = this.open.size;
    this.cutAtMs.clear();
    this.againAtMs.clear();
  }
}
