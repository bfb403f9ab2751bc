import type { DeliveryRecord } from '../../store/records.ts';
import { describeError } from '../../domain/describe-error.ts';
import type { RedeliveryDependencies } from './dependencies.ts';
import { discarded } from './discarded.ts';
import { nameOf, stillUnderWay } from './obstacles.ts';
import type { DiscardResult, Redelivery } from './redelivery.ts';

/** Gives up what ended badly, or is held, with a person's reason. */
export function createDiscard({ store, engine, log }: Pick<RedeliveryDependencies, 'store' | 'engine' | 'log'>): Pick<Redelivery, 'discardLead' | 'discardDelivery'> {
  /** Where it cannot be told now, the workflow finds out when the hold runs out. */
  async function wake({ id, workflowId }: DeliveryRecord): Promise<void> {
    try {
      await engine.releaseDelivery(workflowId, id);
    } catch (error) {
      log.warn({ delivery: id, workflow: workflowId, fault: describeError(error) }, 'the workflow of a held delivery that was given up could not be woken');
    }
  }

  return {
    discardDelivery: async (id, reason) => {
      const delivery = await store.deliveries.get(id);
      if (delivery === null) return { result: 'not-found' };
      if (delivery.state === 'discarded') return { result: 'discarded', leadId: delivery.leadId };
      const isHeld = delivery.state === 'held';
      const obstacle = (isHeld ? null : stillUnderWay(delivery)) ?? delivered(delivery);
      if (obstacle !== null) return { result: 'conflict', explanation: obstacle };
      const after = await store.deliveries.settle(id, discarded(reason));
      if (after.state !== 'discarded') return { result: 'conflict', explanation: stillUnderWay(after) ?? delivered(after) ?? `${nameOf(after)} has changed meanwhile. Look again.` };
      if (isHeld) await wake(delivery);
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
