import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { RETRY_AFTER_SECONDS } from '../http/problem.ts';

const partSchema = z.enum(['ok', 'away']);

const readinessSchema = z
  .object({
    status: z.enum(['ready', 'degraded', 'unready']).meta({
      description: 'degraded: Temporal is away; leads are taken and delivered once it is back. unready: the database is away',
    }),
    store: partSchema,
    temporal: partSchema,
  })
  .meta({ id: 'Readiness' });

export type Readiness = z.infer<typeof readinessSchema>;

/** A part that does not answer within this counts as away: whoever asks for readiness waits for seconds only. */
const ANSWER_WITHIN_MS = 2_000;

export const getReadiness = defineEndpoint({
  method: 'get',
  path: '/readyz',
  access: 'public',
  tag: 'Health',
  summary: 'Whether leads are taken',
  params: nothing,
  query: nothing,
  body: noBody,
  answers: {
    200: { description: 'Leads are taken: ready or degraded', schema: readinessSchema },
    503: { description: 'The database is away', schema: readinessSchema },
  },
  handle: async (_, dependencies) => {
    const readiness = await readReadiness(dependencies);
    return readiness.status === 'unready'
      ? { status: 503, body: readiness, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } }
      : { status: 200, body: readiness };
  },
});

/** Asks both parts at once. Never rejects. */
export async function readReadiness({ store, engine }: Pick<ApiDependencies, 'store' | 'engine'>): Promise<Readiness> {
  const [storeAnswers, temporalAnswers] = await Promise.all([answers(() => store.ping()), answers(() => engine.ping())]);
  return {
    status: !storeAnswers ? 'unready' : temporalAnswers ? 'ready' : 'degraded',
    store: storeAnswers ? 'ok' : 'away',
    temporal: temporalAnswers ? 'ok' : 'away',
  };
}

async function answers(ping: () => Promise<void>): Promise<boolean> {
  const done = new AbortController();
  try {
    const late = pause(ANSWER_WITHIN_MS, false, { signal: done.signal }).catch(() => false);
    // Whatever the reason, a part that cannot be asked is away; its own log says more.
    const answer = ping().then(
      () => true,
      () => false,
    );
    return await Promise.race([answer, late]);
  } finally {
    done.abort();
  }
}
