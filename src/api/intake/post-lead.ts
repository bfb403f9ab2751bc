import { z } from 'zod';
import { durationSchema } from '../../domain/config/duration.ts';
import { allDeliveries } from '../../domain/delivery/plan.ts';
import type { LeadRecord } from '../../store/records.ts';
import { StoreUnavailable } from '../../store/store.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { countLead } from '../metrics/count-lead.ts';
import { defineEndpoint, nothing, type Answer } from '../http/endpoint.ts';
import { pollUntil, type Polling } from '../http/poll.ts';
import { Problem, PROBLEM_TYPES, problemSchema, retryAfter } from '../http/problem.ts';
import { freshDeliveryShape } from '../leads/delivery-shape.ts';
import { leadSchema, leadShape, readWholeLead, type LeadShape } from '../leads/lead-shape.ts';
import { acceptLead, type AcceptedLead } from './accept-lead.ts';
import { flattenFields } from './flatten-fields.ts';
import { intakeSource } from './intake-source.ts';
import { LEAD_BODY_TYPES, readLeadBody } from './read-lead-body.ts';

/** `?wait=` waits no longer than this, whatever it says. */
const LONGEST_WAIT_MS = 60_000;
const LONGEST_KEY = 255;

const intakeQuery = z.object({
  wait: durationSchema.optional().meta({ description: 'Wait for the outcome, e.g. `10s`; at most 60s' }),
  test: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .meta({ description: '`true`: a test lead' }),
  source: z.string().min(1).optional().meta({ description: 'With the admin key: where the lead comes from' }),
});

export const postLead = defineEndpoint({
  method: 'post',
  path: '/v1/leads',
  access: 'intake',
  tag: 'Leads',
  summary: 'Send a lead in',
  description:
    'The fields, flat, as JSON or as a form; nested JSON becomes dot paths. A lead answered with 2xx is stored and reaches a final state. ' +
    'With an idempotency key the same lead can be sent again safely: 200 with the lead of the first time, 409 when the content differs.',
  headers: z.object({
    'Idempotency-Key': z.string().min(1).max(LONGEST_KEY).optional().meta({ description: 'Your own id of the lead, kept as long as the lead' }),
  }),
  params: nothing,
  query: intakeQuery,
  body: { schema: z.record(z.string(), z.unknown()).meta({ description: 'The fields by name' }), types: LEAD_BODY_TYPES, read: readLeadBody },
  answers: {
    200: { description: 'Settled (with `wait`; held counts), or known already by its idempotency key', schema: leadSchema },
    202: { description: 'Stored; it is being delivered', schema: leadSchema },
    429: { description: 'Beyond the limit of the source; nothing was stored', schema: problemSchema, types: PROBLEM_TYPES, headers: retryAfter },
    503: { description: 'Too many leads at once, no configuration, or the database is away; nothing was stored', schema: problemSchema, types: PROBLEM_TYPES, headers: retryAfter },
  },
  handle: async (call, dependencies) => {
    const { identity, query, body, headers, elapsedMs } = call;
    const idempotencyKey = idempotencyKeyOf(headers['idempotency-key']);
    const { source, applied } = intakeSource(identity, query.source, await dependencies.configuration.current());
    const accepted = await countLead(dependencies.metrics, { source: source.id, elapsedMs }, async () => {
      const { fields, notes, errors } = flattenFields(body);
      if (errors.length > 0) throw new Problem(422, 'The lead was not taken: some of its fields cannot be kept.', { errors });
      return acceptLead({ source, applied, fields, notes, test: query.test, idempotencyKey }, dependencies);
    });
    const withinMs = query.wait === undefined ? null : Math.min(query.wait, LONGEST_WAIT_MS);
    const answer = withinMs === null ? await answerAtOnce(accepted, dependencies) : await answerOnceSettled(accepted, { withinMs, signal: call.gone }, dependencies);
    return { ...answer, headers: { location: `/v1/leads/${accepted.lead.id}` } };
  },
});

function idempotencyKeyOf(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  const key = String(header).trim();
  if (key.length > 0 && key.length <= LONGEST_KEY) return key;
  throw new Problem(422, `The Idempotency-Key is ${key.length === 0 ? 'empty' : 'too long'}.`, {
    errors: [{ field: 'Idempotency-Key', message: `use 1 to ${LONGEST_KEY} characters, e.g. your own id of the lead` }],
  });
}

async function answerAtOnce({ lead, isNew }: AcceptedLead, dependencies: ApiDependencies): Promise<Answer> {
  return isNew ? { status: 202, body: freshLeadShape(lead, dependencies) } : { status: 200, body: await readWholeLead(lead, dependencies.store, dependencies) };
}

async function answerOnceSettled({ lead, isNew }: AcceptedLead, polling: Polling, dependencies: ApiDependencies): Promise<Answer> {
  try {
    const isSettled = await pollUntil(async () => (await dependencies.store.leads.status(lead.id)) !== 'delivering', polling);
    const now = (await dependencies.store.leads.get(lead.id)) ?? lead;
    return { status: isSettled || !isNew ? 200 : 202, body: await readWholeLead(now, dependencies.store, dependencies) };
  } catch (error) {
    // The lead is stored: a database that went away since is no reason to have the sender send it twice.
    if (!isNew || !(error instanceof StoreUnavailable)) throw error;
    return { status: 202, body: freshLeadShape(lead, dependencies) };
  }
}

/** A lead as it was stored this moment, without reading it again. */
function freshLeadShape(lead: LeadRecord, dependencies: ApiDependencies): LeadShape {
  return leadShape(lead, allDeliveries(lead.plan).map(freshDeliveryShape), dependencies);
}
