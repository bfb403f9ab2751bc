import { condition, isCancellation, proxyActivities, setHandler } from '@temporalio/workflow';
import { chainProgress } from '../domain/delivery/first-pass.ts';
import { deliveriesOf, type Chain, type Plan, type PlannedDelivery } from '../domain/delivery/plan.ts';
import type { DeliverResult, FirstPassProgress, SettledDeliveries } from '../domain/delivery/result.ts';
import type { Activities } from '../activities/contract.ts';
import { ATTEMPTS_CEILING, HEARTBEAT_TIMEOUT_MS, namesOf, RECORDING_GRACE_MS, type Delivering } from './delivering.ts';
import { firstPassSignal } from './messages.ts';

const { firstPass } = proxyActivities<Pick<Activities, 'firstPass'>>({ startToCloseTimeout: '1m' });

/**
 * The first attempts of a lead's deliveries, in one activity: who is settled by it, and who goes on. The SDK notes a stack trace for
 * each promise that a workflow makes, so a lead that is done with it costs as few as possible.
 */
export class FirstPass {
  private readonly settled = new Map<string, DeliverResult>();
  private readonly goingOn = new Set<string>();
  private isOver = false;
  private tellNews: () => void = () => undefined;

  constructor() {
    setHandler(firstPassSignal, (progress) => this.note(progress));
  }

  /** Never throws for what became of the activity: whatever it did not settle goes on. */
  async run({ leadId, configVersion }: Delivering, deliveries: PlannedDelivery[], chains: Chain[] = []): Promise<void> {
    const walked = chains.filter(({ entries }) => entries.length > 1);
    const input = {
      leadId,
      configVersion,
      deliveries: deliveries.map(({ id, buyer, destination }) => ({ deliveryId: id, buyer, destination })),
      ...(walked.length > 0 ? { chains: walked } : {}),
    };
    const slowest = Math.max(...[...deliveries, ...walked.flatMap(deliveriesOf)].map(({ timeoutMs }) => timeoutMs));
    const options = {
      summary: `to ${namesOf(deliveries)}`,
      startToCloseTimeout: slowest + RECORDING_GRACE_MS,
      heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
      // Nothing but a crash or a database that is away brings it back: there is no buyer to be spared.
      retry: { initialInterval: 100, maximumInterval: 10_000, maximumAttempts: ATTEMPTS_CEILING },
    };
    try {
      this.note({ settled: await firstPass.executeWithOptions(options, [input]), goingOn: [] });
    } catch (error) {
      if (isCancellation(error)) throw error;
    }
    this.isOver = true;
  }

  /** Resolves when something goes on, or with the run's end; rejects as the run does. */
  newsOf(running: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.tellNews = resolve;
      running.then(resolve, reject);
      if (this.goingOn.size > 0) resolve();
    });
  }

  /** How the deliveries of a plan ended, if nothing of it is left to do; else null. */
  whole({ fanOut, chains }: Plan): SettledDeliveries | null {
    const known = { settled: this.settled, goingOn: this.goingOn };
    const isWhole = fanOut.every(({ id }) => this.settled.has(id)) && chains.every((chain) => chainProgress(chain, known) === 'over');
    return isWhole ? [...this.settled] : null;
  }

  /** Waits until each of some deliveries is settled or goes on; gives those that are settled. */
  async settledOf(deliveries: PlannedDelivery[]): Promise<SettledDeliveries> {
    await condition(() => this.isOver || deliveries.every(({ id }) => this.settled.has(id) || this.goingOn.has(id)));
    return this.settledAmong(deliveries);
  }

  /** Waits until the walk of a chain is at an end; gives what was settled of it, and whether that was all. */
  async walked(chain: Chain): Promise<{ settled: SettledDeliveries; isOver: boolean }> {
    const progress = () => chainProgress(chain, { settled: this.settled, goingOn: this.goingOn });
    await condition(() => this.isOver || progress() !== 'under-way');
    return { settled: this.settledAmong(deliveriesOf(chain)), isOver: progress() === 'over' };
  }

  /** Waits until some of the deliveries go on, or none of them can any more (then none is given). */
  async nextGoingOn(deliveries: PlannedDelivery[]): Promise<PlannedDelivery[]> {
    const going = () => deliveries.filter(({ id }) => !this.settled.has(id) && (this.isOver || this.goingOn.has(id)));
    await condition(() => this.isOver || going().length > 0);
    return going();
  }

  private settledAmong(deliveries: PlannedDelivery[]): SettledDeliveries {
    return deliveries.flatMap(({ id }): SettledDeliveries => {
      const result = this.settled.get(id);
      return result ? [[id, result]] : [];
    });
  }

  private note({ settled, goingOn }: FirstPassProgress): void {
    for (const [id, result] of settled) this.settled.set(id, result);
    for (const id of goingOn) this.goingOn.add(id);
    if (this.goingOn.size > 0) this.tellNews();
  }
}
