import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { LeadStart } from '../../temporal/engine.ts';
import { createLeadStarter } from './lead-starter.ts';

const lead = (leadId: string): LeadStart => ({ leadId, source: 's', plan: { route: 'r', configVersion: 1, fanOut: [], chains: [] } });

function starterUnderTest(limits: { concurrency: number; waiting: number; startWithinMs?: number }, startLead: (lead: LeadStart) => Promise<void>) {
  const time = { nowMs: 0 };
  const marked: string[][] = [];
  const logged: string[] = [];
  const log = pino({}, { write: (line: string) => void logged.push(line) });
  const markStarted = (ids: string[]) => Promise.resolve(void marked.push(ids));
  const starter = createLeadStarter({ engine: { startLead }, leads: { markStarted }, log, clock: () => new Date(time.nowMs) }, { startWithinMs: 1_000, ...limits, noteAfterMs: 1 });
  return { starter, marked, logged, time };
}

/** A promise and what resolves it. */
function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

describe('the lead starter', () => {
  it('starts no more at once than it may, and has noted every one when it is closed', async () => {
    let atOnce = 0;
    let most = 0;
    const ids = Array.from({ length: 20 }, (_, index) => `lead-${index}`);
    const lastStarted = deferred();
    const { starter, marked } = starterUnderTest({ concurrency: 3, waiting: 100 }, async ({ leadId }) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      if (leadId === ids.at(-1)) lastStarted.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
    });
    for (const id of ids) starter.start(lead(id));
    await lastStarted.promise;
    await starter.close();
    expect(most).toBe(3);
    expect(marked.flat().toSorted()).toEqual(ids.toSorted());
  });

  it('finishes at its end only what is under way, and leaves what waits to the sweep', async () => {
    const begun: string[] = [];
    const answered = deferred();
    const { starter, marked, logged } = starterUnderTest({ concurrency: 1, waiting: 100 }, ({ leadId }) => {
      begun.push(leadId);
      return answered.promise;
    });
    for (const id of ['under-way', 'waits', 'waits-too']) starter.start(lead(id));
    const closed = starter.close();
    answered.resolve();
    await closed;
    expect([begun, marked.flat()]).toEqual([['under-way'], ['under-way']]);
    expect(logged.join('')).toContain('"waits","waits-too"');
  });

  it('leaves what has waited for too long to the sweep, which starts it too, and goes on with what is new', async () => {
    const begun: string[] = [];
    const answered = deferred();
    const newStarted = deferred();
    const { starter, marked, logged, time } = starterUnderTest({ concurrency: 1, waiting: 100, startWithinMs: 100 }, ({ leadId }) => {
      begun.push(leadId);
      if (leadId === 'new') newStarted.resolve();
      return leadId === 'slow' ? answered.promise : Promise.resolve();
    });
    for (const id of ['slow', 'old', 'old-too']) starter.start(lead(id));
    time.nowMs = 101;
    starter.start(lead('new'));
    answered.resolve();
    await newStarted.promise;
    await starter.close();
    expect([begun, marked.flat()]).toEqual([['slow', 'new'], ['slow', 'new']]);
    expect(logged.join('')).toContain('"old","old-too"');
  });

  it('leaves to the sweep, and logs by id, what cannot be started, what is too much, and what comes after its end', async () => {
    const done = deferred();
    const { starter, marked, logged } = starterUnderTest({ concurrency: 1, waiting: 1 }, ({ leadId }) => {
      if (leadId === 'waits') done.resolve();
      return leadId === 'fails' ? Promise.reject(new Error('sekret-value')) : Promise.resolve();
    });
    for (const id of ['fails', 'waits', 'too-much']) starter.start(lead(id));
    await done.promise;
    await starter.close();
    starter.start(lead('late'));
    await starter.close();
    expect(marked.flat()).toEqual(['waits']);
    for (const id of ['fails', 'too-much', 'late']) expect(logged.join('')).toContain(`"${id}"`);
    expect(logged.join('')).not.toContain('sekret-value');
  });
});
