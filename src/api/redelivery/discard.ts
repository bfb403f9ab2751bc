import type { DeliveryRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { discarded } from './discarded.ts';
import { nameOf, stillUnderWay } from './obstacles.ts';
import type { DiscardResult, Redelivery } from './redelivery.ts';

/** Gives up what ended badly, with a person's reason. */
export function createDiscard(store: Pick<Store, 'leads' | 'deliveries'>): Pick<Redelivery, 'discardLead' | 'discardDelivery'> {
  return {
    discardDelivery: async (id, reason) => {
      const delivery = await store.deliveries.get(id);
      if (delivery === null) return { result: 'not-found' };
      if (delivery.state === 'discarded') return { result: 'discarded', leadId: delivery.leadId };
      const obstacle = stillUnderWay(delivery) ?? delivered(delivery);
      if (obstacle !== null) return { result: 'conflict', explanation: obstacle };
      await store.deliveries.settle(id, discarded(reason));
      return { result: 'discarded', leadId: delivery.leadId };
    },

    discardLead: async (leadId, reason): Promise<DiscardResult> => {
      const lead = await store.leads.get(leadId);
      if (lead === null) return { result: 'not-found' };
      if (lead.status === 'discarded') return { result: 'discarded', leadId };
      const deliveries = await store.deliveries.ofLead(leadId);
      if (deliveries.length === 0) {
        const given = await store.leads.discardWithoutRoute(leadId, reason);
        return given === null ? { result: 'not-found' } : { result: 'discarded', leadId };
      }
      const underWay = deliveries.map(stillUnderWay).find((obstacle) => obstacle !== null);
      if (underWay !== undefined) return { result: 'conflict', explanation: underWay };
      const open = deliveries.filter(isOpenEnd);
      if (open.length === 0) return { result: 'conflict', explanation: 'Nothing of this lead ended badly: there is nothing to give up.' };
      for (const delivery of open) await store.deliveries.settle(delivery.id, discarded(reason));
      return { result: 'discarded', leadId };
    },
  };
}

function delivered(delivery: DeliveryRecord): string | null {
  return delivery.state === 'delivered' ? `${nameOf(delivery)} was delivered: there is nothing to give up.` : null;
}

/** What somebody still would have to see to. An entry that its chain never needed is none. */
function isOpenEnd({ state, reason }: DeliveryRecord): boolean {
  if (state === 'skipped') return reason !== 'chain-satisfied' && reason !== 'chain-not-reached';
  return state === 'rejected' || state === 'failed' || state === 'unknown';
}
