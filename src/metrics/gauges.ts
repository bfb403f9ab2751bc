import { Gauge, type Registry } from 'prom-client';
import type { BuyerGate } from '../domain/breaker/gate.ts';
import type { DeadLetterKind } from '../domain/delivery/state.ts';
import { destinationsOf } from './instruments.ts';
import type { Snapshot } from './snapshot.ts';

const GATE_STATES = ['closed', 'open', 'half-open', 'paused'] as const;
const DEAD_LETTER_KINDS: DeadLetterKind[] = ['refused', 'undeliverable', 'unknown', 'ours'];

/** The gauges that stand in the store: the same in every process that is scraped. */
export interface StoreGauges {
  /** Shows a snapshot; null takes everything away, for an old figure would look like a present one. */
  show(snapshot: Snapshot | null, now: Date): void;
}

/** Makes them in a registry. */
export function createStoreGauges(registry: Registry): StoreGauges {
  const registers = [registry];
  const gate = new Gauge({ name: 'leadrail_gate_state', help: '1 for the state that a destination’s gate is in, 0 for the others', labelNames: ['buyer', 'destination', 'state'], registers });
  const held = new Gauge({ name: 'leadrail_deliveries_held', help: 'Deliveries that are held now', labelNames: ['buyer', 'destination'], registers });
  const deadLetters = new Gauge({ name: 'leadrail_dead_letters', help: 'Deliveries that ended badly and wait for somebody, by kind', labelNames: ['kind'], registers });
  const withoutRoute = new Gauge({ name: 'leadrail_leads_without_route', help: 'Leads that no route took and that wait for somebody', registers });
  const delivering = new Gauge({ name: 'leadrail_leads_delivering', help: 'Leads that are being delivered now', registers });
  const oldest = new Gauge({ name: 'leadrail_oldest_delivering_lead_age_seconds', help: 'Since when the oldest lead is being delivered; 0 when there is none', registers });
  const alerts = new Gauge({ name: 'leadrail_alerts_open', help: 'Alerts that were raised and are not over', labelNames: ['buyer', 'kind'], registers });

  return {
    show: (snapshot, now) => {
      for (const gauge of [gate, held, deadLetters, withoutRoute, delivering, oldest, alerts]) clear(gauge);
      if (!snapshot) return;
      const { counts, gates, config } = snapshot;
      const byBuyer = new Map(gates.map((one) => [one.buyer, one]));
      for (const { buyer, destination } of config ? destinationsOf(config) : []) {
        const current = gateState(byBuyer.get(buyer), destination);
        for (const state of GATE_STATES) gate.set({ buyer, destination, state }, state === current ? 1 : 0);
        held.set({ buyer, destination }, 0);
      }
      for (const { buyer, destination, count } of counts.held) held.set({ buyer, destination }, count);
      for (const kind of DEAD_LETTER_KINDS) deadLetters.set({ kind }, 0);
      for (const { kind, count } of counts.deadLetters) deadLetters.set({ kind }, count);
      for (const { buyer, kind, count } of counts.alertsOpen) alerts.set({ buyer, kind }, count);
      withoutRoute.set(counts.leadsWithoutRoute);
      delivering.set(counts.leadsDelivering);
      oldest.set(counts.oldestDeliveringAt === null ? 0 : Math.max(now.getTime() - Date.parse(counts.oldestDeliveringAt), 0) / 1_000);
    },
  };
}

/** Without any sample: `reset` alone leaves a 0 where there are no labels. */
function clear(gauge: Gauge): void {
  gauge.reset();
  gauge.remove({});
}

/** A paused buyer has every destination paused, whatever their breakers say. */
function gateState(gate: BuyerGate | undefined, destination: string): (typeof GATE_STATES)[number] {
  if (gate?.paused) return 'paused';
  return gate?.destinations[destination]?.state ?? 'closed';
}
