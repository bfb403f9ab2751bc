import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { readinessOf } from '../../channels/registry.ts';
import type { Configuration } from '../../configuration/configuration.ts';
import { outlineOf } from '../../domain/config/outline.ts';
import { isMapping } from '../../domain/config/strings.ts';
import { checklist, CHECKS, type TestResult } from '../../domain/readiness/checklist.ts';
import type { Store } from '../../store/store.ts';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { destinationParams, savedDestination } from '../buyers/saved-destination.ts';

const checklistSchema = z
  .object({
    draft: z.boolean().meta({ description: 'true: it gets no leads yet' }),
    ready: z.boolean().meta({ description: 'true: everything is done' }),
    checks: z.array(z.object({ check: z.enum(CHECKS), done: z.boolean(), message: z.string().meta({ description: 'What stands, or what to do' }) })),
  })
  .meta({ id: 'Checklist' });

export const getChecklist = defineEndpoint({
  method: 'get',
  path: '/v1/buyers/{id}/destinations/{destination}/checklist',
  access: 'admin',
  tag: 'Preview',
  summary: 'What stands between a destination and its first lead',
  description: 'Each line says what is done, or what to do. Made of the configuration in force and of the newest test lead.',
  params: destinationParams,
  query: nothing,
  body: noBody,
  answers: { 200: { description: 'The list', schema: checklistSchema } },
  handle: async ({ params }, { configuration, store }) => {
    const { buyer, destination, secretNames } = await savedDestination(params, configuration);
    const sources = (await configuration.current())?.config.sources ?? [];
    const required = sources.flatMap(({ fields }) => Object.entries(fields).flatMap(([name, field]) => (field.required ? [name] : [])));
    const checks = checklist({
      readiness: readinessOf(destination),
      requiredFields: [...new Set(required)],
      timeoutMs: destination.timeoutMs,
      retry: destination.retry,
      trips: buyer.breaker.trips,
      test: await newestTest(params, secretNames, store, configuration),
    });
    return { status: 200, body: { draft: destination.draft, ready: checks.every(({ done }) => done), checks } };
  },
});

async function newestTest(place: z.output<typeof destinationParams>, secretNames: string[], store: Pick<Store, 'deliveries' | 'attempts' | 'secrets'>, configuration: Configuration): Promise<TestResult | null> {
  const delivery = await store.deliveries.newestTest(place.id, place.destination);
  const attempt = delivery === null ? undefined : (await store.attempts.ofDeliveries([delivery.id])).at(-1);
  if (!attempt?.finishedAt || attempt.outcome === null) return null;
  const [then, now] = await Promise.all([configuration.masked(attempt.configVersion), configuration.masked()]);
  const tried = settingsIn(then?.document, place);
  const isSame = isDeepStrictEqual(tried, settingsIn(now?.document, place));
  return {
    at: attempt.finishedAt,
    isCurrent: isSame && !(await store.secrets.changedSince(secretNames, attempt.startedAt)),
    sentTo: isMapping(tried) && tried['testUrl'] !== undefined ? 'test' : 'production',
    outcome: attempt.outcome,
    code: attempt.code,
    reason: attempt.reason,
    status: attempt.response?.status ?? null,
  };
}

/** A destination as it is written, but for whether it is a draft: to take that away changes nothing that was tried. */
function settingsIn(document: unknown, { id, destination }: z.output<typeof destinationParams>): unknown {
  const buyer = outlineOf(document).buyers.find((candidate) => candidate.id === id);
  const written = buyer?.destinations.find((candidate) => candidate.id === destination)?.document;
  return isMapping(written) ? Object.fromEntries(Object.entries(written).filter(([key]) => key !== 'draft')) : written;
}
