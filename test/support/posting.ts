import type { ApiClient, LeadAnswer } from './api-client.ts';
import { until } from './until.ts';

/** Leads on their way at once, as from a source that is busy but sane. */
const POSTERS = 20;

/** Posts a number of leads of the source `web`, some at once, in turn to each of the admin clients; gives their ids. Each has to be taken. */
export async function postLeads(clients: ApiClient[], fields: Record<string, unknown>, count: number): Promise<string[]> {
  const numbers = Array.from({ length: count }, (_, number) => number);
  const ids: string[] = [];
  const post = async () => {
    for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
      const client = clients[number % clients.length];
      if (!client) throw new Error('there is no client to post with');
      const { status, body } = await client.post('/v1/leads?source=web', { ...fields, number });
      if (status !== 202) throw new Error(`intake answered ${status}: ${JSON.stringify(body)}`);
      ids.push(String(body['id']));
    }
  };
  await Promise.all(Array.from({ length: Math.min(POSTERS, count) }, post));
  return ids;
}

/** Waits until every one of the leads has that status; gives them as they were then. */
export async function untilAll(status: string, leadIds: string[], api: ApiClient): Promise<LeadAnswer[]> {
  const leads: LeadAnswer[] = [];
  // One at a time: whoever waits must not keep busy those that it waits for.
  for (const id of leadIds) {
    leads.push(
      await until(`lead ${id} is ${status}`, async () => {
        const lead = await api.lead(id);
        return lead.status === status && lead;
      }),
    );
  }
  return leads;
}
