import type { Chain, Plan, PlannedDelivery } from '../domain/delivery/plan.ts';
import type { LeadStatus } from '../domain/delivery/state.ts';
import type { DeliverResult, SettledDeliveries } from '../domain/delivery/result.ts';

/** Input of `lead` and `redelivery`: ids, settings and the plan pinned at intake; never a field's value. */
export interface LeadInput {
  leadId: string;
  plan: Plan;
  /** Which way the lead goes (`CURRENT_WAY`); leads from before there was a choice have none. */
  way?: number;
}

/**
 * How a lead's workflow proceeds, counted up when its course changes: 2 begins with a first pass, which walks
 * chains on from 3. It is part of the input, so that
 * old leads replay as they went, without a marker in every history; a worker of an older version leaves a way it does not know
 * to others.
 */
export const CURRENT_WAY = 3;

export interface LeadResult {
  status: LeadStatus;
  /** `buyer/destination` to how it ended. */
  deliveries: Record<string, DeliverResult>;
}

export interface FanOutInput {
  leadId: string;
  configVersion: number;
  deliveries: PlannedDelivery[];
}

export interface FailoverInput {
  leadId: string;
  configVersion: number;
  chain: Chain;
  /** What the lead's first pass has settled of it. */
  settled?: SettledDeliveries;
}
