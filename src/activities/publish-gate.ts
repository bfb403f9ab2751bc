import type { Activities } from './contract.ts';
import type { Store } from '../store/store.ts';

const ALERT_KINDS = ['breaker-open', 'destination-shut'] as const;

/** Writes a buyer's gate, then the alerts that its transition raised or cleared. Doing it twice changes nothing. */
export function publishGate(store: Store): Activities['publishGate'] {
  return async ({ gate, transition }) => {
    const isWritten = await store.gates.publish(gate);
    for (const alert of transition.raised) {
      await store.alerts.raise({
        kind: alert.kind,
        buyer: gate.buyer,
        destination: alert.destination,
        lead: alert.leadId,
        reason: alert.reason,
        raisedAt: new Date(alert.atMs).toISOString(),
      });
    }
    for (const destination of transition.recovered) {
      const since = gate.destinations[destination]?.since ?? new Date().toISOString();
      await store.alerts.clear({ buyer: gate.buyer, destination, kinds: [...ALERT_KINDS] }, since);
    }
    const stored = isWritten ? null : await store.gates.get(gate.buyer);
    return { storedVersion: stored?.version ?? gate.version };
  };
}
