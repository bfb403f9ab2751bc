import type { Chain, ChainEntry } from './plan.ts';
import type { DeliverResult } from './result.ts';
import { nextChainStep } from './settle.ts';

/** How far a lead's first pass has come with a chain. */
export type ChainProgress =
  /** Its walk is not at an end. */
  | 'under-way'
  /** Something is left that only a child does: another try, a hold, a gate that is shut. */
  | 'goes-on'
  /** Sold, refused by everybody, or stopped: nothing is left. */
  | 'over';

/** What is known of a first pass: how deliveries ended, and which of them it leaves to a child. */
export interface FirstPassKnown {
  settled: ReadonlyMap<string, DeliverResult>;
  goingOn: ReadonlySet<string>;
}

/** Reads off what is known of a first pass how a chain stands that it walks. */
export function chainProgress(chain: Chain, { settled, goingOn }: FirstPassKnown): ChainProgress {
  for (const { deliveries } of chain.entries) {
    if (!deliveries.every(({ id }) => settled.has(id) || goingOn.has(id))) return 'under-way';
    if (deliveries.some(({ id }) => goingOn.has(id))) return 'goes-on';
    const { step } = nextChainStep(chain, settled);
    if (step !== 'deliver') return step === 'hold' ? 'goes-on' : 'over';
  }
  return 'over';
}

/** The deliveries of one entry, tried side by side: how each ended that is settled by it, in a map that may miss the others. */
export type TryEntry = (deliveries: ChainEntry['deliveries']) => Promise<ReadonlyMap<string, DeliverResult>>;

/**
 * Walks a chain while each entry is settled at its first attempt. Gives what is next where `mayWalkOn` stops it in the middle;
 * what an entry leaves open is its own to tell.
 */
export async function walkChain(chain: Chain, tryEntry: TryEntry, mayWalkOn: () => boolean): Promise<ChainEntry['deliveries']> {
  const settled = new Map<string, DeliverResult>();
  for (;;) {
    const next = nextChainStep(chain, settled);
    if (next.step !== 'deliver') return [];
    if (settled.size > 0 && !mayWalkOn()) return next.deliveries;
    const ends = await tryEntry(next.deliveries);
    if (ends.size < next.deliveries.length) return [];
    for (const [id, result] of ends) settled.set(id, result);
  }
}
