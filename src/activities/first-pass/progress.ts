import type { DeliverResult, FirstPassProgress, SettledDeliveries } from '../../domain/delivery/result.ts';

/** Collects how deliveries end, and tells of it early where somebody slow would keep the others waiting. */
export class Progress {
  readonly settled: SettledDeliveries = [];
  /** Whether news is told: the pass has taken longer than its patience. */
  private isPublic = false;
  private readonly goingOn: string[] = [];
  private readonly tell: (known: FirstPassProgress) => void;
  private underWay: number;
  private hasNews = false;

  /** `parts`: deliveries and chains that are under way, each of which `end`s. */
  constructor(parts: number, tell: (known: FirstPassProgress) => void) {
    this.underWay = parts;
    this.tell = tell;
  }

  /** How a delivery has ended; `null`: it goes on in a child. */
  note(deliveryId: string, result: DeliverResult | null): void {
    if (result) this.settled.push([deliveryId, result]);
    else this.goingOn.push(deliveryId);
    // A delivery that was taken asks for nothing more.
    this.hasNews ||= result?.state !== 'delivered';
  }

  /** One of the parts has come to rest. */
  end(): void {
    this.underWay -= 1;
    this.tellNews();
  }

  goPublic(): void {
    this.isPublic = true;
    this.tellNews();
  }

  /** With the last part ends the activity, which tells it all. */
  private tellNews(): void {
    if (!this.isPublic || !this.hasNews || this.underWay === 0) return;
    this.hasNews = false;
    this.tell({ settled: [...this.settled], goingOn: [...this.goingOn] });
  }
}
