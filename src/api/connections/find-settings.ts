import { z } from 'zod';
import { boundChannelOf } from '../../channels/registry.ts';
import type { TokenSettings } from '../../channels/tokens/settings.ts';
import { buyerParams, findBuyer } from '../buyers/find-buyer.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound, Problem } from '../http/problem.ts';

export const destinationParams = buyerParams.extend({ destination: z.string().meta({ description: 'Id of the destination' }) });

/** How a destination of today's configuration gets its tokens, its secrets resolved; a problem when it does not exist, or gets none. */
export async function findTokenSettings({ id, destination }: z.output<typeof destinationParams>, { configuration }: Pick<ApiDependencies, 'configuration'>): Promise<TokenSettings> {
  const buyer = await findBuyer(id, { configuration });
  if (!buyer.destinations.some((candidate) => candidate.id === destination)) throw notFound(`destination ${destination.slice(0, 60)} of buyer ${buyer.id}`);
  const resolved = await configuration.resolveDestination('latest', buyer.id, destination);
  if (!resolved.ok) throw new Problem(409, `The destination cannot be used: ${resolved.explanation}.`);
  const settings = boundChannelOf(resolved.destination.type).tokenSettings(resolved.destination);
  if (settings === null) throw new Problem(409, `Destination ${buyer.id}/${destination} gets no tokens: its \`auth\` is neither of type oauth2 nor token.`);
  return settings;
}
