import { firstDeliveries, type Chain } from '../domain/delivery/plan.ts';
import type { SettledDeliveries } from '../domain/delivery/result.ts';
import { nextChainStep } from '../domain/delivery/settle.ts';
import { fanOutOf, followFanOut } from './branches.ts';
import { runChain, runFanOut } from './children.ts';
import { deliverInParallel } from './fan-out.ts';
import { FirstPass } from './first-pass.ts';
import type { LeadInput } from './input.ts';

/**
 * The ways of leads that were started by earlier versions, to be replayed as they went, tick by tick: the first without a first
 * pass, the second with one that tried no further entry of a chain.
 */
export function branchesOfEarlierWay({ leadId, plan, way }: Required<LeadInput>, onHolding: (holding: boolean) => void): Promise<SettledDeliveries>[] {
  const lead = { leadId, configVersion: plan.configVersion };
  if (way < 2) {
    const chains = plan.chains.map((chain, index) => runChain(lead, chain, index, []));
    if (plan.fanOut.length === 1 && plan.chains.length === 0) return [deliverInParallel(lead, plan.fanOut, onHolding)];
    return plan.fanOut.length === 0 ? chains : [runFanOut(lead, plan.fanOut, 1), ...chains];
  }
  const pass = new FirstPass();
  const running = pass.run(lead, firstDeliveries(plan)).then((): SettledDeliveries => []);
  const chains = plan.chains.map(async (chain, index) => {
    const settled = await pass.settledOf(chain.entries[0]?.deliveries ?? []);
    return isOverAfterFirstEntry(chain, settled) ? settled : runChain(lead, chain, index, settled);
  });
  return [running, followFanOut(pass, plan.fanOut, fanOutOf({ lead, plan, onHolding })), ...chains];
}

function isOverAfterFirstEntry(chain: Chain, settled: SettledDeliveries): boolean {
  return settled.length === chain.entries[0]?.deliveries.length && nextChainStep(chain, new Map(settled)).step === 'done';
}
