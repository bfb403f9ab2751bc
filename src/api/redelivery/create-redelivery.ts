import type { AppliedConfig, Configuration } from '../../configuration/configuration.ts';
import { deliveryId } from '../../domain/delivery/id.ts';
import { allDeliveries, type Plan } from '../../domain/delivery/plan.ts';
import { redeliveryWorkflowId } from '../../domain/delivery/workflow-id.ts';
import { readLead } from '../../domain/fields/read-lead.ts';
import { planLead } from '../../domain/routing/route.ts';
import type { DeliveryRecord, LeadRecord } from '../../store/records.ts';
import type { RedeliveryDependencies } from './dependencies.ts';
import { createDiscard } from './discard.ts';
import { editFields } from './edit-fields.ts';
import { chainAgainst, nameOf, stillUnderWay, successorOf } from './obstacles.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { planRedelivery, planSingleRedelivery, type RedeliveryInput, type RedeliveryPlan } from './plan-redelivery.ts';
import type { Redelivery, RedeliveryOrder, RedeliveryResult } from './redelivery.ts';
import { startRedelivery } from './start-redelivery.ts';

/** `Redelivery` over the store, the configuration and Temporal. Orders for one lead are carried out one after the other. */
export function createRedelivery(dependencies: RedeliveryDependencies): Redelivery {
  const { store, configuration } = dependencies;
  const inTurn = new OneAtATime();
  const { discardLead, discardDelivery } = createDiscard(dependencies);

  async function redeliverLead(leadId: string, order: RedeliveryOrder): Promise<RedeliveryResult> {
    const lead = await store.leads.get(leadId);
    if (lead === null) return { result: 'not-found' };
    const deliveries = await store.deliveries.ofLead(leadId);
    const underWay = deliveries.map(stillUnderWay).find((obstacle) => obstacle !== null);
    if (underWay !== undefined) return conflict(underWay);
    const edit = await editFields(lead, order.fields, configuration);
    if (!edit.ok) return { result: 'invalid', errors: edit.errors };
    const base = order.route === 'today' ? await planToday(edit.lead, configuration) : lead.plan;
    if (allDeliveries(base).length === 0) {
      return conflict(
        order.route === 'today'
          ? 'No route of today’s configuration takes this lead. Add one, or correct the lead’s fields.'
          : 'No route took this lead, so that there is nothing to send again. Use `route: today` once a route takes it.',
      );
    }
    return start(edit.lead, deliveries, edit.edited, base, planRedelivery);
  }

  async function redeliverDelivery(id: string, fields: RedeliveryOrder['fields']): Promise<RedeliveryResult> {
    const delivery = await store.deliveries.get(id);
    const lead = delivery && (await store.leads.get(delivery.leadId));
    if (!delivery || !lead) return { result: 'not-found' };
    const deliveries = await store.deliveries.ofLead(lead.id);
    const successor = successorOf(delivery, deliveries);
    if (successor) return conflict(`${nameOf(delivery)} was sent again as delivery ${successor.id}. Look at that one.`);
    const obstacle = stillUnderWay(delivery) ?? chainAgainst(delivery, lead.plan, deliveries);
    if (obstacle !== null) return conflict(obstacle);
    const edit = await editFields(lead, fields, configuration);
    if (!edit.ok) return { result: 'invalid', errors: edit.errors };
    return start(edit.lead, deliveries, edit.edited, lead.plan, (input) => planSingleRedelivery(delivery, input));
  }

  async function repeatOnce(id: string): Promise<RedeliveryResult> {
    const delivery = await store.deliveries.get(id);
    if (delivery === null) return { result: 'not-found' };
    const isFirst = delivery.reason === 'failed-later' && delivery.redeliveryOf === null;
    return isFirst ? redeliverDelivery(id, null) : conflict(`${nameOf(delivery)} was sent once more already, or stands otherwise by now.`);
  }

  async function start(
    lead: LeadRecord,
    deliveries: DeliveryRecord[],
    edited: boolean,
    base: Plan,
    makePlan: (input: RedeliveryInput) => RedeliveryPlan,
  ): Promise<RedeliveryResult> {
    // Asked first: while Temporal is away nothing is changed, so that nothing waits for a workflow that nobody started.
    await dependencies.engine.ping();
    const current = await configuration.current();
    const number = await store.leads.nextRedelivery(lead.id);
    const newId: RedeliveryInput['newId'] = ({ buyer, destination }) => deliveryId(lead.id, buyer, destination, `redelivery-${number}`);
    const planned = makePlan({ base, configVersion: current?.version ?? base.configVersion, deliveries, edited, newId });
    const missing = missingDestinations(planned.run, current);
    if (missing.length > 0) {
      return conflict(`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} no longer configured, or a draft. Add it again, or use \`route: today\`.`);
    }
    // Another route is another plan of the lead; the same plan again only begins new rounds.
    const isAnotherPlan = planned.added.length > 0 || base !== lead.plan;
    const workflowId = redeliveryWorkflowId(lead.id, number);
    const isStarted = await startRedelivery({ lead, deliveries, edited, planned, number, workflowId, isAnotherPlan }, dependencies);
    if (!isStarted) return conflict('Somebody else is sending some of it already, or it was delivered meanwhile. Look at the lead again.');
    return { result: 'started', leadId: lead.id, number, deliveries: [...planned.restarted, ...planned.added] };
  }

  return {
    redeliverLead: (leadId, order) => inTurn.run(leadId, () => redeliverLead(leadId, order)),
    redeliverDelivery: async (id, fields) => {
      const delivery = await store.deliveries.get(id);
      return delivery === null ? { result: 'not-found' } : inTurn.run(delivery.leadId, () => redeliverDelivery(id, fields));
    },
    repeatOnce: async (id) => {
      const delivery = await store.deliveries.get(id);
      return delivery === null ? { result: 'not-found' } : inTurn.run(delivery.leadId, () => repeatOnce(id));
    },
    discardLead: (leadId, reason) => inTurn.run(leadId, () => discardLead(leadId, reason)),
    discardDelivery: async (id, reason) => {
      const delivery = await store.deliveries.get(id);
      return delivery === null ? { result: 'not-found' } : inTurn.run(delivery.leadId, () => discardDelivery(id, reason));
    },
  };
}

/** What today's routes make of the lead; empty when none takes it, or nothing is configured. */
async function planToday(lead: LeadRecord, configuration: Configuration): Promise<Plan> {
  const current = await configuration.current();
  if (current === null) return { route: null, configVersion: lead.plan.configVersion, fanOut: [], chains: [] };
  const declarations = current.config.sources.find((source) => source.id === lead.source)?.fields ?? {};
  return planLead(current.config, current.version, readLead(lead, declarations)).plan;
}

function missingDestinations(plan: Plan, current: AppliedConfig | null): string[] {
  const known = new Set(current?.config.buyers.flatMap((buyer) => buyer.destinations.filter(({ draft }) => !draft).map(({ id }) => `${buyer.id}/${id}`)));
  return allDeliveries(plan)
    .map(({ buyer, destination }) => `${buyer}/${destination}`)
    .filter((name) => !known.has(name));
}

function conflict(explanation: string): RedeliveryResult {
  return { result: 'conflict', explanation };
}
