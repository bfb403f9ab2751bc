import type { Chain, Plan, PlannedDelivery } from '../domain/delivery/plan.ts';
import type { LeadStatus } from '../domain/delivery/state.ts';
import type { DeliverResult } from '../activities/contract.ts';

/** Input of `lead` and `redelivery`: ids, settings and the plan pinned at intake; never a field's value. */
export interface LeadInput {
  leadId: string;
  plan: Plan;
}

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
}

/** How each delivery of a child ended, by delivery id. */
export type SettledDeliveries = [deliveryId: string, result: DeliverResult][];
