import type { Arrival } from './sink-message.ts';

export interface Awaited {
  leadId: string;
  /** How many different deliveries have to arrive. */
  deliveries: number;
  deadlineMs: number;
  signal: AbortSignal;
}

interface Lead {
  /** First arrivals, by delivery id. */
  firstAtMs: Map<string, number>;
  changed: (() => void) | null;
}

/** What arrived at the sink, by lead. A lead may arrive before its sender has its id. */
export class Arrivals {
  /** Requests with a key that had arrived before: retries, or a delivery made twice. */
  repeated = 0;
  private readonly leads = new Map<string, Lead>();

  add({ leadId, key, atMs }: Arrival): void {
    const lead = this.lead(leadId);
    if (lead.firstAtMs.has(key)) this.repeated += 1;
    else lead.firstAtMs.set(key, atMs);
    lead.changed?.();
  }

  /** Resolves to when the last of a lead's deliveries arrived; rejects after the deadline, or with the signal's reason. */
  lastOf({ leadId, deliveries, deadlineMs, signal }: Awaited): Promise<number> {
    const lead = this.lead(leadId);
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
        lead.changed = null;
        settle();
      };
      const aborted = () => end(() => reject(reasonOf(signal)));
      const look = () => {
        if (lead.firstAtMs.size >= deliveries) end(() => resolve(Math.max(...lead.firstAtMs.values())));
      };
      const late = () => end(() => reject(new Error(`${lead.firstAtMs.size} of ${deliveries} deliveries of lead ${leadId} arrived within ${deadlineMs} ms`)));
      const timer = setTimeout(late, deadlineMs);
      signal.addEventListener('abort', aborted);
      lead.changed = look;
      if (signal.aborted) aborted();
      else look();
    });
  }

  private lead(leadId: string): Lead {
    const known = this.leads.get(leadId);
    if (known) return known;
    const lead: Lead = { firstAtMs: new Map(), changed: null };
    this.leads.set(leadId, lead);
    return lead;
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('the benchmark was interrupted');
}
