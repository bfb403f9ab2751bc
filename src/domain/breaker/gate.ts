/**
 * What a buyer's entity workflow publishes and workers read before they send. `version` rises with each transition;
 * an older one never replaces a newer.
 */
export interface BuyerGate {
  buyer: string;
  version: number;
  /** The manual pause of the whole buyer, or null. */
  paused: Pause | null;
  /** The number of the last probe granted to any destination. */
  probes: number;
  /** By destination id; one that is not listed is closed (healthy). */
  destinations: Record<string, DestinationGate>;
}

export interface Pause {
  reason: string;
  /** ISO 8601. */
  since: string;
}

export type DestinationGate =
  | { state: 'closed'; errors: number; since: string }
  | { state: 'paused'; reason: string; since: string; errors: number; outageSince: string | null }
  /** Shut by errors. `nextProbeAt` is null when only a person reopens it (`resume: manual`, credentials gone). */
  | (ShutByErrors & { state: 'open'; nextProbeAt: string | null })
  /** One delivery may try: whoever takes the lease of `probe`, a number that rises with each grant. */
  | (ShutByErrors & { state: 'half-open'; probe: number });

interface ShutByErrors {
  reason: string;
  since: string;
  errors: number;
  cooldownMs: number;
  /** Nothing but health checks has failed: nothing says that deliveries do. */
  byChecksOnly?: true;
}

/** What a gate tells one delivery. */
export type GateAnswer =
  | { gate: 'open-to-send' }
  | { gate: 'shut'; reason: 'buyer-paused' | 'breaker-open' }
  | { gate: 'probe'; probe: number };

/** Reads a gate for one destination. No gate known means healthy: open only if none is known. */
export function readGate(gate: BuyerGate | undefined, destination: string): GateAnswer {
  if (!gate) return { gate: 'open-to-send' };
  if (gate.paused) return { gate: 'shut', reason: 'buyer-paused' };
  const state = gate.destinations[destination];
  switch (state?.state) {
    case undefined:
    case 'closed':
      return { gate: 'open-to-send' };
    case 'paused':
      return { gate: 'shut', reason: 'buyer-paused' };
    case 'open':
      return { gate: 'shut', reason: 'breaker-open' };
    case 'half-open':
      return { gate: 'probe', probe: state.probe };
  }
}
