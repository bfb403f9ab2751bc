import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { deliveriesOf, type PlannedDelivery } from '../domain/delivery/plan.ts';
import { isChainSatisfied, nextChainStep } from '../domain/delivery/settle.ts';
import type { DeliverResult } from '../domain/delivery/result.ts';
import { attemptDelivery, expireHold, parentWorkflowId, Releases } from './delivering.ts';
import type { FailoverInput } from './input.ts';
import type { SettledDeliveries } from '../domain/delivery/result.ts';
import { holdingSignal } from './messages.ts';

/**
 * A waterfall: one entry after another until one has delivered what it must. What comes next is the domain's rule
 * (`nextChainStep`); a lead that only paused buyers are left for waits here, and the first to resume gets it.
 */
export async function failover(input: FailoverInput): Promise<SettledDeliveries> {
  const parent = parentWorkflowId();
  const releases = new Releases();
  const results = new Map<string, DeliverResult>(input.settled);
  const deliveries = deliveriesOf(input.chain);
  const attempt = async (delivery: PlannedDelivery, whenShut: 'hold' | 'skip') => {
    results.set(delivery.id, await attemptDelivery(input, delivery, whenShut));
  };
  const tellParent = async (holding: boolean) => {
    if (parent !== undefined) await getExternalWorkflowHandle(parent).signal(holdingSignal, holding);
  };
  if (input.settled) {
    // What the lead's first pass has left of the entry it came to, also where the others have satisfied the chain already.
    const begun = input.chain.entries.filter((entry) => entry.deliveries.some(({ id }) => results.has(id)));
    const left = begun.flatMap((entry) => entry.deliveries).filter(({ id }) => !results.has(id));
    await Promise.all(left.map((delivery) => attempt(delivery, 'skip')));
  }
  for (;;) {
    const next = nextChainStep(input.chain, results);
    if (next.step === 'deliver') {
      await Promise.all(next.deliveries.map((delivery) => attempt(delivery, 'skip')));
      continue;
    }
    if (next.step === 'hold') {
      // One after the other: a gate that has opened meanwhile takes the lead, and it must not be sold twice.
      const [delivery] = next.deliveries;
      if (delivery) await attempt(delivery, 'hold');
      continue;
    }
    const held = new Map([...results].filter(([, result]) => result.state === 'held'));
    if (held.size === 0 || isChainSatisfied(input.chain, results)) return [...results];
    await tellParent(true);
    const { deliveryId, expired } = await releases.next(held);
    const delivery = deliveries.find((candidate) => candidate.id === deliveryId);
    if (expired || !delivery) {
      results.set(deliveryId, await expireHold(deliveryId));
    } else {
      await tellParent(false);
      await attempt(delivery, 'hold');
    }
  }
}
