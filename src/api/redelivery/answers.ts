import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import type { Answer } from '../http/endpoint.ts';
import { notFound, Problem } from '../http/problem.ts';
import { flattenFields, type FlatFields } from '../intake/flatten-fields.ts';
import { findLead } from '../leads/get-lead.ts';
import { leadSchema, readWholeLead } from '../leads/lead-shape.ts';
import type { DiscardResult, RedeliveryResult } from './redelivery.ts';

export const editedFieldsSchema = z
  .record(z.string(), z.unknown())
  .optional()
  .meta({ description: 'Replace the lead’s fields of the same names from now on; the others stay' });

export const discardBody = z.strictObject({ reason: z.string().trim().min(1).max(1_000).meta({ description: 'Why it is given up' }) });

export const redeliveryAnswers = {
  202: {
    description: 'Under way: the lead, and the ids of the deliveries that go out',
    schema: z.object({ redelivery: z.int(), deliveries: z.array(z.uuid()), lead: leadSchema }).meta({ id: 'RedeliveryStarted' }),
  },
};

export const discardAnswers = { 200: { description: 'Given up: the lead as it stands now', schema: leadSchema } };

/** Edited fields of a body, flat; null when there are none. Throws a 422 problem for fields that cannot be kept. */
export function editedFields(fields: Record<string, unknown> | undefined): FlatFields['fields'] | null {
  if (fields === undefined) return null;
  const flat = flattenFields(fields);
  if (flat.errors.length > 0) throw new Problem(422, 'Some of the edited fields cannot be kept.', { errors: flat.errors });
  return flat.fields;
}

/** What a redelivery came to, as an answer. */
export async function redeliveryAnswer(result: RedeliveryResult, what: string, dependencies: ApiDependencies): Promise<Answer> {
  switch (result.result) {
    case 'started': {
      const lead = await findLead(result.leadId, dependencies.store);
      const body = { redelivery: result.number, deliveries: result.deliveries, lead: await readWholeLead(lead, dependencies.store, dependencies) };
      return { status: 202, body };
    }
    case 'not-found':
      throw notFound(what);
    case 'conflict':
      throw new Problem(409, result.explanation);
    case 'invalid':
      throw new Problem(422, 'Nothing was sent: required fields are missing or invalid.', { errors: result.errors });
  }
}

/** What giving up came to, as an answer. */
export async function discardAnswer(result: DiscardResult, what: string, dependencies: ApiDependencies): Promise<Answer> {
  switch (result.result) {
    case 'discarded': {
      const lead = await findLead(result.leadId, dependencies.store);
      return { status: 200, body: await readWholeLead(lead, dependencies.store, dependencies) };
    }
    case 'not-found':
      throw notFound(what);
    case 'conflict':
      throw new Problem(409, result.explanation);
  }
}
