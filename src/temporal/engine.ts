import type { FirstPassProgress } from '../domain/delivery/result.ts';
import type { Plan } from '../domain/delivery/plan.ts';
import type { Release, Report } from '../domain/breaker/report.ts';
import type { Config } from '../domain/config/schema.ts';

/** What the API asks of Temporal. Every call may reject with `TemporalUnavailable`. */
export interface Engine {
  /** Starts workflow `lead-<id>`. Starting it again changes nothing. */
  startLead(lead: LeadStart): Promise<void>;
  /** Starts `lead-<id>/redelivery-<number>` over the deliveries of `plan`. */
  startRedelivery(lead: LeadStart, number: number): Promise<void>;
  /** The id that `startRedelivery` gives its workflow. */
  redeliveryWorkflowId(leadId: string, number: number): string;
  /** True when a workflow has ended, however it did: nothing more will come from it. */
  isOver(workflowId: string): Promise<boolean>;
  /** Wakes the workflow that holds a delivery. False when there is none any more. */
  releaseDelivery(workflowId: string, deliveryId: string): Promise<boolean>;
  /** Tells a lead's workflow what is known of its first pass while some of it still runs. */
  reportFirstPass(workflowId: string, progress: FirstPassProgress): Promise<void>;
  /** Tells a buyer's entity what a worker saw; starts the entity where it is missing. */
  report(buyer: string, report: Report): Promise<void>;
  /** Starts a release behind the entity's own, for what it may have missed: one a destination at a time. */
  sweepHeld(buyer: string, release: Pick<Release, 'destination' | 'amount'>): Promise<void>;
  /** Starts the entities of those buyers that are missing or have ended, from their last published gates. Running ones are not touched. */
  reviveBuyers(buyers: string[]): Promise<void>;
  /** Starts missing buyer entities from their last published gates and tells the running ones what the configuration says. */
  syncBuyers(config: Config): Promise<void>;
  pauseBuyer(buyer: string, pause: { reason?: string; destination?: string }): Promise<void>;
  resumeBuyer(buyer: string, resume: { destination?: string }): Promise<void>;
  /** Address of a lead's workflow in the Temporal UI, or null when no UI is known. */
  leadUrl(leadId: string): string | null;
  /** Resolves when Temporal answers. */
  ping(): Promise<void>;
}

/** Ids, settings and the plan: nothing personal, for it stands in the history. */
export interface LeadStart {
  leadId: string;
  source: string;
  plan: Plan;
}

/** Temporal could not be reached: what was stored is started later. */
export class TemporalUnavailable extends Error {
  override name = 'TemporalUnavailable';
}
