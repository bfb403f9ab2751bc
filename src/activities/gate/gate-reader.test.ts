import { describe, expect, it } from 'vitest';
import type { BuyerGate } from '../../domain/breaker/gate.ts';
import { StoreUnavailable, type GateStore } from '../../store/store.ts';
import { GateReader } from './gate-reader.ts';

const SHUT: BuyerGate = { buyer: 'acme', version: 4, probes: 0, paused: { reason: 'holiday', since: '2026-01-01T00:00:00.000Z' }, destinations: {} };

/** A store of gates that can go away, and counts how often it is asked. */
class CountingGates implements GateStore {
  gates: BuyerGate[] = [];
  isAway = false;
  queries = 0;
  publish = () => Promise.resolve(true);
  get = () => Promise.resolve(null);
  all = () => {
    this.queries += 1;
    return this.isAway ? Promise.reject(new StoreUnavailable('away')) : Promise.resolve(this.gates);
  };
}

describe('reading gates', () => {
  it('asks the store once per quarter of a second, however many deliveries ask', async () => {
    const gates = new CountingGates();
    let nowMs = 0;
    const reader = new GateReader(gates, () => nowMs);
    await Promise.all(Array.from({ length: 50 }, () => reader.read('acme', 'api')));
    nowMs = 250;
    await reader.read('acme', 'api');
    expect(gates.queries).toBe(1);
    nowMs = 251;
    gates.gates = [SHUT];
    expect(await reader.read('acme', 'api')).toEqual({ answer: { gate: 'shut', reason: 'buyer-paused' }, version: 4 });
    expect(gates.queries).toBe(2);
  });

  it('keeps to the last known state while the store is away', async () => {
    const gates = new CountingGates();
    gates.gates = [SHUT];
    let nowMs = 0;
    const reader = new GateReader(gates, () => nowMs);
    await reader.read('acme', 'api');
    gates.isAway = true;
    nowMs = 10_000;
    expect((await reader.read('acme', 'api')).answer.gate).toBe('shut');
  });

  it('is open when nothing is known', async () => {
    const gates = new CountingGates();
    gates.isAway = true;
    expect(await new GateReader(gates, () => 0).read('acme', 'api')).toEqual({ answer: { gate: 'open-to-send' }, version: 0 });
  });
});
