import type { z } from 'zod';
import { boundChannelOf, connectionOf } from '../../channels/registry.ts';
import type { TokenSettings } from '../../channels/tokens/settings.ts';
import type { ConnectionSettings } from '../../egress/http-client.ts';
import { savedDestination, type destinationParams } from '../buyers/saved-destination.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../http/problem.ts';

export interface FoundSettings {
  settings: TokenSettings;
  /** How the destination's connections are made. */
  connection: ConnectionSettings;
}

/** How a destination of today's configuration gets its tokens, its secrets resolved; a problem when it does not exist, or gets none. */
export async function findTokenSettings(params: z.output<typeof destinationParams>, { configuration }: Pick<ApiDependencies, 'configuration'>): Promise<FoundSettings> {
  const { buyer, destination } = await savedDestination(params, configuration);
  const settings = boundChannelOf(destination.type).tokenSettings(destination);
  if (settings === null) throw new Problem(409, `Destination ${buyer.id}/${destination.id} gets no tokens: its \`auth\` is neither of type oauth2 nor token.`);
  return { settings, connection: connectionOf(destination) };
}
