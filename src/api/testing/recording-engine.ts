import { redeliveryWorkflowId } from '../../domain/delivery/workflow-id.ts';
import { TemporalUnavailable, type Engine, type LeadStart } from '../../temporal/engine.ts';

/** An `Engine` for tests: remembers what it was asked, and can be away. */
export class RecordingEngine implements Engine {
  isAway = false;
  readonly started: LeadStart[] = [];
  readonly redeliveries: { lead: LeadStart; number: number }[] = [];
  readonly signals: { signal: 'pause' | 'resume'; buyer: string; argument: object }[] = [];
  syncs = 0;
  /** What the entity would do on a signal, e.g. publish a gate. */
  onSignal: (buyer: string, signal: 'pause' | 'resume') => Promise<void> = () => Promise.resolve();

  startLead(lead: LeadStart): Promise<void> {
    return this.#answer(() => void this.started.push(lead));
  }

  startRedelivery(lead: LeadStart, number: number): Promise<void> {
    return this.#answer(() => void this.redeliveries.push({ lead, number }));
  }

  redeliveryWorkflowId(leadId: string, number: number): string {
    return redeliveryWorkflowId(leadId, number);
  }

  isOver(): Promise<boolean> {
    return Promise.resolve(false);
  }

  releaseDelivery(): Promise<boolean> {
    return Promise.resolve(true);
  }

  reportFirstPass(): Promise<void> {
    return this.#answer(() => undefined);
  }

  report(): Promise<void> {
    return this.#answer(() => undefined);
  }

  sweepHeld(): Promise<void> {
    return this.#answer(() => undefined);
  }

  reviveBuyers(): Promise<void> {
    return this.#answer(() => undefined);
  }

  syncBuyers(): Promise<void> {
    return this.#answer(() => void (this.syncs += 1));
  }

  async pauseBuyer(buyer: string, argument: { reason?: string; destination?: string }): Promise<void> {
    await this.#answer(() => void this.signals.push({ signal: 'pause', buyer, argument }));
    await this.onSignal(buyer, 'pause');
  }

  async resumeBuyer(buyer: string, argument: { destination?: string }): Promise<void> {
    await this.#answer(() => void this.signals.push({ signal: 'resume', buyer, argument }));
    await this.onSignal(buyer, 'resume');
  }

  leadUrl(leadId: string): string | null {
    return `http://temporal.example/lead-${leadId}`;
  }

  ping(): Promise<void> {
    return this.#answer(() => undefined);
  }

  #answer(act: () => void): Promise<void> {
    if (this.isAway) return Promise.reject(new TemporalUnavailable('away in this test'));
    act();
    return Promise.resolve();
  }
}
