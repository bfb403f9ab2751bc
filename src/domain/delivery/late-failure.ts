import { deliveriesOf, type Plan, type PlannedDelivery } from './plan.ts';
import type { Standings } from './settle.ts';
import type { ReasonCode } from './state.ts';

/** A delivery that had been taken, and that did not reach its recipient after all. */
export interface LateFailure {
  deliveryId: string;
  receivedAt: string;
  /** When it was known. */
  at: string;
}

/** Nobody asked: the chain had ended before, satisfied or in doubt. */
const UNTRIED: ReadonlySet<ReasonCode | null> = new Set<ReasonCode>(['chain-satisfied', 'chain-not-reached']);

/**
 * What goes on after a late failure: the entries of its chain that nobody had tried, because it had ended the chain. Null where
 * there are none, where somebody else in the chain has the lead or may get it, and where the chain does not go on after errors. A buyer for
 * whom the lead would not have been held so long does not get it so late either.
 */
export function restAfterLateFailure(plan: Plan, standings: Standings, { deliveryId, receivedAt, at }: LateFailure): Plan | null {
  const chain = plan.chains.find((one) => deliveriesOf(one).some(({ id }) => id === deliveryId));
  if (chain === undefined || !chain.failoverOn.includes('error')) return null;
  const isTakenOrOpen = ({ id }: PlannedDelivery) => ['delivered', 'planned', 'delivering', 'held', 'queued'].includes(standings.get(id)?.state ?? 'planned');
  if (deliveriesOf(chain).some(isTakenOrOpen)) return null;
  const ageMs = Date.parse(at) - Date.parse(receivedAt);
  const isUntried = ({ id, holdForMs }: PlannedDelivery) => UNTRIED.has(standings.get(id)?.reason ?? null) && ageMs <= holdForMs;
  const failedEntry = chain.entries.findIndex(({ deliveries }) => deliveries.some(({ id }) => id === deliveryId));
  const entries = chain.entries.slice(failedEntry + 1).filter(({ deliveries }) => deliveries.every(isUntried));
  return entries.length === 0 ? null : { ...plan, fanOut: [], chains: [{ ...chain, entries }] };
}
