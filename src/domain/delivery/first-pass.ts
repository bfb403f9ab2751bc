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
  // Entry by entry, as it was walked: that a later one has satisfied the chain says nothing of those beside it that go on.
  const walked = new Map<string, DeliverResult>();
  for (const { deliveries } of chain.entries) {
    if (!deliveries.every(({ id }) => settled.has(id) || goingOn.has(id))) return 'under-way';
    if (deliveries.some(({ id }) => goingOn.has(id))) return 'goes-on';
    for (const { id } of deliveries) {
      const result = settled.get(id);
      if (result) walked.set(id, result);
    }
    const { step } = nextChainStep(chain, walked);
    if (step !== 'deliver') return step === 'hold' ? 'goes-on' : 'over';
  }
  return 'over';
}

/** The deliveries of one entry, tried side by side: how each ended that is settled by it, in a map that may miss the others. */
export type TryEntry = (deliveries: ChainEntry['deliveries']) => Promise<ReadonlyMap<string, DeliverResult>>;

/**
 * Walks a chain while each entry is settled at its first attempt. Gives what is left to a child: what is next where `mayWalkOn`
 * stops the walk, or whom the lead is to be held for; what an entry itself leaves open is its own to tell.
 */
export async function walkChain(chain: Chain, tryEntry: TryEntry, mayWalkOn: (next: ChainEntry['deliveries']) => boolean): Promise<ChainEntry['deliveries']> {
  const settled = new Map<string, DeliverResult>();
  for (;;) {
    const next = nextChainStep(chain, settled);
    if (next.step === 'done') return [];
    if (next.step === 'hold' || (settled.size > 0 && !mayWalkOn(next.deliveries))) return next.deliveries;
    const ends = await tryEntry(next.deliveries);
    if (ends.size < next.deliveries.length) return [];
    for (const [id, result] of ends) settled.set(id, result);
  }
}
