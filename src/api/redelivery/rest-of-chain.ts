import type { Chain, Plan } from '../../domain/delivery/plan.ts';
import { isChainSatisfied } from '../../domain/delivery/settle.ts';
import type { DeliveryRecord } from '../../store/records.ts';

/**
 * What is left of a failover chain behind a delivery that had been taken and failed later: those who were not asked, because it had
 * the lead. Those whose `holdFor` is over by now are left out: they want no lead that is so old. Null where nobody is left, somebody
 * else has it, a person has taken it in hand, or the chain does not move on after errors.
 */
export function restOfChain(delivery: DeliveryRecord, plan: Plan, deliveries: DeliveryRecord[], leadAgeMs: number): Chain | null {
  if (delivery.state !== 'failed' || delivery.reason !== 'failed-later') return null;
  const standings = new Map(deliveries.map(({ id, state, reason }) => [id, { state, reason }]));
  const chain = plan.chains.find(({ entries }) => entries.some((entry) => entry.deliveries.some(({ id }) => id === delivery.id)));
  if (!chain || !chain.failoverOn.includes('error') || isChainSatisfied(chain, standings)) return null;
  const at = chain.entries.findIndex((entry) => entry.deliveries.some(({ id }) => id === delivery.id));
  const behind = chain.entries.slice(at + 1);
  const wasNeverAsked = behind.every((entry) => entry.deliveries.every(({ id }) => standings.get(id)?.reason === 'chain-satisfied'));
  const rest = behind.filter((entry) => entry.deliveries.every(({ holdForMs }) => leadAgeMs <= holdForMs));
  return rest.length > 0 && wasNeverAsked ? { ...chain, entries: rest } : null;
}
