import { describe, expect, it } from 'vitest';
import { Arrivals } from './arrivals.ts';

const wait = { leadId: 'lead', deliveries: 2, deadlineMs: 10_000, signal: new AbortController().signal };

describe('arrivals', () => {
  it('gives the time of the last delivery, counting each by its first arrival, whether waited for before or after', async () => {
    const arrivals = new Arrivals();
    arrivals.add({ leadId: 'lead', key: 'a', atMs: 10 });
    const last = arrivals.lastOf(wait);
    arrivals.add({ leadId: 'another', key: 'x', atMs: 15 });
    arrivals.add({ leadId: 'lead', key: 'a', atMs: 20 });
    arrivals.add({ leadId: 'lead', key: 'b', atMs: 30 });
    arrivals.add({ leadId: 'lead', key: 'b', atMs: 40 });
    expect(await last).toBe(30);
    expect(await arrivals.lastOf(wait)).toBe(30);
    expect(arrivals.repeated).toBe(2);
  });

  it('says what is missing after the deadline', async () => {
    const arrivals = new Arrivals();
    arrivals.add({ leadId: 'lead', key: 'a', atMs: 10 });
    await expect(arrivals.lastOf({ ...wait, deadlineMs: 1 })).rejects.toThrow('1 of 2 deliveries of lead lead arrived');
  });

  it('ends with the reason of an interruption, also one that came before', async () => {
    const arrivals = new Arrivals();
    const interruption = new AbortController();
    const waiting = arrivals.lastOf({ ...wait, signal: interruption.signal });
    interruption.abort(new Error('the sink is gone'));
    await expect(waiting).rejects.toThrow('the sink is gone');
    await expect(arrivals.lastOf({ ...wait, signal: interruption.signal })).rejects.toThrow('the sink is gone');
  });
});
