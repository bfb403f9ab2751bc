import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordingEngine } from '../api/testing/recording-engine.ts';
import { newLead, planned, planOf, testDatabases, type Opened } from '../store/testing.ts';
import { TemporalUnavailable, type Engine } from '../temporal/engine.ts';
import { sweep } from './sweep.ts';

const BACKLOG = 450;
const NOW = new Date('2026-03-01T11:00:00.000Z');
const SILENT = pino({ level: 'silent' });

/** A Temporal that starts leads as told. */
function engineThat(startLead: Engine['startLead']): Engine {
  return Object.assign(new RecordingEngine(), { startLead });
}

describe('the sweep, with more leads than were ever started', () => {
  let opened: Opened;
  const sweepWith = (startLead: Engine['startLead'], now = NOW) =>
    sweep({ store: opened.store, engine: engineThat(startLead), log: SILENT, metrics: { sweepFound: () => undefined } }, now);

  const acceptBacklog = () =>
    Promise.all(Array.from({ length: BACKLOG }, () => opened.store.leads.accept(newLead(planOf([planned('acme/api')]), { id: randomUUID() }))));

  beforeAll(async () => {
    const [embedded] = testDatabases(undefined);
    if (!embedded) throw new Error('the embedded database is always there');
    opened = await embedded.open();
  });
  afterAll(() => opened.close());

  it('starts all of them once, 32 side by side, and wants to come again soon', async () => {
    await acceptBacklog();
    const started: string[] = [];
    let atOnce = 0;
    let most = 0;
    let allAreThere = (): void => undefined;
    const together = new Promise<void>((resolve) => (allAreThere = resolve));
    const start: Engine['startLead'] = async ({ leadId }) => {
      started.push(leadId);
      atOnce += 1;
      most = Math.max(most, atOnce);
      if (atOnce === 32) allAreThere();
      await together;
      atOnce -= 1;
    };
    expect(await sweepWith(start)).toBe('more');
    expect([new Set(started).size, started.length, most]).toEqual([BACKLOG, BACKLOG, 32]);
    expect(await sweepWith(start)).toBe('done');
    expect(started).toHaveLength(BACKLOG);
  });

  it('goes on where it was when Temporal stops answering in the middle', async () => {
    await acceptBacklog();
    const started: string[] = [];
    const overloaded: Engine['startLead'] = ({ leadId }) => {
      if (started.length >= 100) return Promise.reject(new TemporalUnavailable('too busy'));
      started.push(leadId);
      return Promise.resolve();
    };
    await expect(sweepWith(overloaded)).rejects.toThrow(TemporalUnavailable);
    await sweepWith(({ leadId }) => Promise.resolve(void started.push(leadId)));
    expect(new Set(started).size).toBe(BACKLOG);
    // Only what was under way when it broke off is started again.
    expect(started.length).toBeLessThanOrEqual(BACKLOG + 32);
  });

  it('confirms what has been under way for long only some at a time', async () => {
    const confirmed: string[] = [];
    const later = new Date(NOW.getTime() + 3_600_000);
    const confirm: Engine['startLead'] = ({ leadId }) => Promise.resolve(void confirmed.push(leadId));
    expect(await sweepWith(confirm, later)).toBe('done');
    expect(confirmed).toHaveLength(400);
    while ((await opened.store.leads.notStarted({ receivedBefore: later.toISOString(), confirmedBefore: later.toISOString() }, 1)).length > 0) await sweepWith(confirm, later);
    expect([new Set(confirmed).size, confirmed.length]).toEqual([2 * BACKLOG, 2 * BACKLOG]);
  });
});
