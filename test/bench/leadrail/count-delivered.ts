import type { ApiClient } from '../../support/api-client.ts';
import { until } from '../../support/until.ts';

/** Waits until none of the leads is on its way, and counts those that were delivered. */
export async function countDelivered(api: ApiClient, leadIds: readonly string[], signal: AbortSignal): Promise<number> {
  let delivered = 0;
  for (const leadId of leadIds) {
    const status = await until(`lead ${leadId} has ended`, async () => {
      signal.throwIfAborted();
      const lead = await api.lead(leadId);
      return lead.status !== 'delivering' && lead.status;
    });
    if (status === 'delivered') delivered += 1;
  }
  return delivered;
}
