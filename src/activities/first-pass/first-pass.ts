import { describeError } from '../../domain/describe-error.ts';
import type { DeliverResult, FirstPassProgress, SettledDeliveries } from '../../domain/delivery/result.ts';
import type { Engine } from '../../temporal/engine.ts';
import type { DeliverDependencies, DeliveryContext } from '../deliver/dependencies.ts';
import type { FirstPassInput } from '../contract.ts';
import { tryFirst } from './try-first.ts';

/** Longer than this a delivery that is done waits for no slow one beside it. */
const PATIENCE_MS = 500;

/**
 * The first attempt of each delivery that a lead can make at once, side by side: most leads are done with it, at the price of a
 * single activity. What it cannot settle (to be tried again, held, a gate that is shut) is left to a child workflow.
 * Its own second try, after a crash, takes up what was cut off, tells what is settled and leaves the rest.
 */
export async function firstPass(dependencies: DeliverDependencies & { engine: Pick<Engine, 'reportFirstPass'> }, input: FirstPassInput, context: DeliveryContext): Promise<SettledDeliveries> {
  const { leadId, configVersion } = input;
  const progress = new Progress(input.deliveries.length, (known) => report(dependencies, context, known));
  const patience = setTimeout(() => progress.goPublic(), PATIENCE_MS);
  try {
    const ends = await Promise.allSettled(
      input.deliveries.map(async (delivery) => progress.note(delivery.deliveryId, await tryFirst(dependencies, { ...delivery, leadId, configVersion }, context))),
    );
    // All have come to rest: what the next try of this activity is left to do runs beside nothing.
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return progress.settled;
  } finally {
    clearTimeout(patience);
  }
}

/** Collects how deliveries end, and tells of it early where somebody slow would keep the others waiting. */
class Progress {
  readonly settled: SettledDeliveries = [];
  private readonly goingOn: string[] = [];
  private readonly expected: number;
  private readonly tell: (known: FirstPassProgress) => void;
  private isPublic = false;
  private hasNews = false;

  constructor(expected: number, tell: (known: FirstPassProgress) => void) {
    this.expected = expected;
    this.tell = tell;
  }

  /** `null`: it goes on in a child. */
  note(deliveryId: string, result: DeliverResult | null): void {
    if (result) this.settled.push([deliveryId, result]);
    else this.goingOn.push(deliveryId);
    // A delivery that was taken asks for nothing more.
    this.hasNews ||= result?.state !== 'delivered';
    this.tellNews();
  }

  goPublic(): void {
    this.isPublic = true;
    this.tellNews();
  }

  private tellNews(): void {
    const isOver = this.settled.length + this.goingOn.length === this.expected;
    if (!this.isPublic || !this.hasNews || isOver) return;
    this.hasNews = false;
    this.tell({ settled: [...this.settled], goingOn: [...this.goingOn] });
  }
}

/** Where Temporal does not take it, the end of the activity tells it all. */
function report({ engine, log }: { engine: Pick<Engine, 'reportFirstPass'>; log: DeliverDependencies['log'] }, { workflowId }: DeliveryContext, progress: FirstPassProgress): void {
  engine.reportFirstPass(workflowId, progress).catch((error: unknown) => log.warn({ workflowId, ...describeError(error) }, 'a first pass could not tell how far it is'));
}
