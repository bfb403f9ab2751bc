import { z } from 'zod';
import type { BuyerConfig } from '../../domain/config/schema.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound, Problem } from '../http/problem.ts';

export const buyerParams = z.object({ id: z.string().meta({ description: 'Id of the buyer' }) });

/** The buyer of an id in today's configuration, or a 404 problem. */
export async function findBuyer(id: string, { configuration }: Pick<ApiDependencies, 'configuration'>): Promise<BuyerConfig> {
  const current = await configuration.current();
  const buyer = current?.config.buyers.find((candidate) => candidate.id === id);
  if (!buyer) throw notFound(`buyer ${id.slice(0, 60)} in the configuration`);
  return buyer;
}

/** A 422 problem when a destination is named that the buyer does not have. */
export function checkDestination(buyer: BuyerConfig, destination: string | undefined): void {
  if (destination === undefined || buyer.destinations.some(({ id }) => id === destination)) return;
  const known = buyer.destinations.map(({ id }) => id).join(', ');
  throw new Problem(422, `Buyer ${buyer.id} has no such destination.`, { errors: [{ field: 'destination', message: `use one of ${known}` }] });
}
