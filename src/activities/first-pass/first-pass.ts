import { describeError } from '../../domain/describe-error.ts';
import { walkChain } from '../../domain/delivery/first-pass.ts';
import type { Chain, ChainEntry } from '../../domain/delivery/plan.ts';
import type { DeliverResult, SettledDeliveries } from '../../domain/delivery/result.ts';
import type { Engine } from '../../temporal/engine.ts';
import type { DeliverDependencies, DeliveryContext } from '../deliver/dependencies.ts';
import type { FirstPassInput } from '../contract.ts';
import { Progress } from './progress.ts';
import { tryFirst } from './try-first.ts';

/** Longer than this a delivery that is done waits for no slow one beside it. */
const PATIENCE_MS = 500;
/** Longer than this a chain that was refused is left to a child, an activity for each entry: where buyers are slow, it shows who keeps the lead. */
const WALK_FOR_MS = 5_000;

/**
 * The first attempt of each delivery that a lead can make at once, side by side, and of those after it in a chain while buyers
 * refuse: most leads are done with it, at the price of a single activity. What it cannot settle (to be tried again, held, a gate
 * that is shut) is left to a child workflow. Its own second try, after a crash, takes up what was cut off, tells what is settled
 * and leaves the rest.
 */
export async function firstPass(dependencies: DeliverDependencies & { engine: Pick<Engine, 'reportFirstPass'> }, input: FirstPassInput, context: DeliveryContext): Promise<SettledDeliveries> {
  const { leadId, configVersion, chains = [] } = input;
  const chained = new Set(chains.flatMap(({ entries }) => entries.flatMap(({ deliveries }) => deliveries.map(({ id }) => id))));
  const alone = input.deliveries.filter(({ deliveryId }) => !chained.has(deliveryId));
  const progress = new Progress(alone.length + chains.length, (known) => {
    // Where Temporal does not take it, the end of the activity tells it all.
    dependencies.engine
      .reportFirstPass(context.workflowId, known)
      .catch((error: unknown) => dependencies.log.warn({ workflowId: context.workflowId, ...describeError(error) }, 'a first pass could not tell how far it is'));
  });
  const attempt = async (delivery: FirstPassInput['deliveries'][number]): Promise<DeliverResult | null> => {
    const result = await tryFirst(dependencies, { ...delivery, leadId, configVersion }, context);
    progress.note(delivery.deliveryId, result);
    return result;
  };
  // A child may have gone on from where the try before this one was, and has the next entries in its hands: what this activity
  // remembers is its own all the same.
  const isOwn = (id: string) => context.tryNumber === 1 || context.remembered.some(({ deliveryId }) => deliveryId === id);
  const walkUntilMs = dependencies.clock().getTime() + WALK_FOR_MS;
  const mayWalkOn = (next: ChainEntry['deliveries']) => dependencies.clock().getTime() < walkUntilMs && !context.signal.aborted && next.every(({ id }) => isOwn(id));
  const patience = setTimeout(() => progress.goPublic(), PATIENCE_MS);
  try {
    await allAtRest<unknown>([
      ...alone.map((delivery) => attempt(delivery).finally(() => progress.end())),
      ...chains.map((chain) => walk(chain, { attempt, progress, mayWalkOn }).finally(() => progress.end())),
    ]);
    return progress.settled;
  } finally {
    clearTimeout(patience);
  }
}

interface Walk {
  attempt: (delivery: FirstPassInput['deliveries'][number]) => Promise<DeliverResult | null>;
  progress: Progress;
  mayWalkOn: (next: ChainEntry['deliveries']) => boolean;
}

async function walk(chain: Chain, { attempt, progress, mayWalkOn }: Walk): Promise<void> {
  const tryEntry = async (deliveries: ChainEntry['deliveries']) => {
    const results = await allAtRest(deliveries.map(async ({ id, buyer, destination }) => [id, await attempt({ deliveryId: id, buyer, destination })] as const));
    return new Map(results.flatMap(([id, result]) => (result ? [[id, result] as const] : [])));
  };
  const left = await walkChain(chain, tryEntry, mayWalkOn);
  for (const { id } of left) progress.note(id, null);
}

/** Waits for all, also where one fails: what the next try of this activity is left to do runs beside nothing. */
async function allAtRest<T>(running: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(running);
  return Promise.all(running);
}
