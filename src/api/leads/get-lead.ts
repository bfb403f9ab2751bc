import { z } from 'zod';
import type { LeadRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { notFound } from '../http/problem.ts';
import { leadSchema, readWholeLead } from './lead-shape.ts';

export const leadParams = z.object({ id: z.string().meta({ description: 'Id of the lead' }) });

export const getLead = defineEndpoint({
  method: 'get',
  path: '/v1/leads/{id}',
  access: 'admin',
  tag: 'Leads',
  summary: 'One lead with its deliveries and their attempts',
  params: leadParams,
  query: nothing,
  body: noBody,
  answers: { 200: { description: 'The lead', schema: leadSchema } },
  handle: async ({ params }, dependencies) => {
    const lead = await findLead(params.id, dependencies.store);
    return { status: 200, body: await readWholeLead(lead, dependencies.store, dependencies) };
  },
});

/** The lead of an id, or a 404 problem; text that is no id is not asked for. */
export async function findLead(id: string, { leads }: Pick<Store, 'leads'>): Promise<LeadRecord> {
  const lead = isUuid(id) ? await leads.get(id.toLowerCase()) : null;
  if (lead === null) throw notFound(`lead ${id.slice(0, 60)}`);
  return lead;
}

/** True for what can be the id of a lead or a delivery. */
export function isUuid(text: string): boolean {
  return z.guid().safeParse(text).success;
}
