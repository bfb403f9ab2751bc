import { z } from 'zod';
import type { Configuration } from '../../configuration/configuration.ts';
import type { ResolvedDestination } from '../../configuration/resolve-destination.ts';
import { notFound, Problem } from '../http/problem.ts';

export const destinationParams = z.object({
  id: z.string().meta({ description: 'Id of the buyer' }),
  destination: z.string().meta({ description: 'Id of the destination' }),
});

/** A destination of the configuration in force, secrets resolved. Throws a 404 problem, or a 422 when a secret is missing. */
export async function savedDestination(params: z.output<typeof destinationParams>, configuration: Pick<Configuration, 'resolveDestination'>): Promise<Extract<ResolvedDestination, { ok: true }>> {
  const resolved = await configuration.resolveDestination('latest', params.id, params.destination);
  if (resolved.ok) return resolved;
  if (resolved.problem === 'secret-missing') throw new Problem(422, `${resolved.explanation}.`);
  throw notFound(`destination ${params.id.slice(0, 60)}/${params.destination.slice(0, 60)} in the configuration`);
}
