import { firstDeliveries, type Chain, type PlannedDelivery } from '../domain/delivery/plan.ts';
import type { SettledDeliveries } from '../domain/delivery/result.ts';
import { runChain, runFanOut } from './children.ts';
import type { Delivering } from './delivering.ts';
import { deliverInParallel } from './fan-out.ts';
import { FirstPass } from './first-pass.ts';
import type { LeadInput } from './input.ts';

/** Everything a lead's plan does: the first attempts in one activity, then, side by side, a child for each part that has something left to show. */
export async function deliverPlan({ leadId, plan }: Pick<LeadInput, 'leadId' | 'plan'>, onHolding: (holding: boolean) => void): Promise<SettledDeliveries> {
  const lead = { leadId, configVersion: plan.configVersion };
  const pass = new FirstPass();
  const running = pass.run(lead, firstDeliveries(plan), plan.chains);
  await pass.newsOf(running);
  const whole = pass.whole(plan);
  if (whole) return whole;
  const chains = plan.chains.map((chain, index) => followChain(pass, lead, chain, index));
  const [, ...parts] = await Promise.all([running, followFanOut(pass, plan.fanOut, fanOutOf({ lead, plan, onHolding })), ...chains]);
  return parts.flat();
}

type GoOn = (deliveries: PlannedDelivery[], number: number) => Promise<SettledDeliveries>;

/** How deliveries of the fan-out go on: in a child, but for a lone one, which the lead's own workflow shows. */
export function fanOutOf({ lead, plan, onHolding }: { lead: Delivering; plan: LeadInput['plan']; onHolding: (holding: boolean) => void }): GoOn {
  const isLone = plan.fanOut.length === 1 && plan.chains.length === 0;
  return (deliveries, number) => (isLone ? deliverInParallel(lead, deliveries, onHolding) : runFanOut(lead, deliveries, number));
}

/** Those that the first pass leaves go on at once, while others may still be waiting for a slow buyer. */
export async function followFanOut(pass: FirstPass, deliveries: PlannedDelivery[], goOn: GoOn): Promise<SettledDeliveries> {
  const running: Promise<SettledDeliveries>[] = [];
  let waiting = deliveries;
  for (;;) {
    const going = await pass.nextGoingOn(waiting);
    if (going.length === 0) break;
    waiting = waiting.filter((delivery) => !going.includes(delivery));
    const child = goOn(going, running.length + 1);
    // Awaited below, but for a cancellation that comes before: nobody hears of it then, and it is no fault.
    child.catch(() => undefined);
    running.push(child);
  }
  return [...(await pass.settledOf(waiting)), ...(await Promise.all(running)).flat()];
}

/** A child goes on from where the first pass has left its walk of a chain. */
async function followChain(pass: FirstPass, lead: Delivering, chain: Chain, index: number): Promise<SettledDeliveries> {
  const { settled, isOver } = await pass.walked(chain);
  return isOver ? settled : runChain(lead, chain, index, settled);
}
