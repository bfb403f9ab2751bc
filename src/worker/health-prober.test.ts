import { pino } from 'pino';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Configuration } from '../configuration/configuration.ts';
import type { ReportedError } from '../domain/breaker/report.ts';
import { createHttpClient } from '../egress/undici-http-client.ts';
import type { HttpClient } from '../egress/http-client.ts';
import { testDatabases, type Opened } from '../store/testing.ts';
import { StandInBuyer } from '../../test/support/stand-in-buyer.ts';
import { until } from '../../test/support/until.ts';
import { HealthProber } from './health-prober.ts';

let opened: Opened;
let configuration: Configuration;
let http: HttpClient;
let acme: StandInBuyer;
let probers: HealthProber[];
/** Whether the report of a passed check leaves the process. */
let reportsLeave: boolean | Promise<boolean>;
const reports: { destination: string; failed?: ReportedError; passedAtMs?: number }[] = [];

const reporter = {
  error: (_buyer: string, destination: string, failed: ReportedError) => void reports.push({ destination, failed }),
  passedCheck: async (_buyer: string, destination: string, passedAtMs: number) => {
    reports.push({ destination, passedAtMs });
    return reportsLeave;
  },
};
const aProber = () => new HealthProber({ configuration, healthChecks: opened.store.healthChecks, http, reporter, log: pino({ level: 'silent' }) });

async function configure(...destinations: Record<string, unknown>[]): Promise<void> {
  const applied = await configuration.apply({ buyers: [{ id: 'acme', destinations: destinations.map((words, index) => ({ id: `api-${index}`, type: 'webhook', url: acme.url, ...words })) }] }, { by: 'api' });
  expect(applied).toMatchObject({ ok: true });
}

/** All probers look for what is due, and end what they began. Returns how many they began together. */
async function allLook(): Promise<number> {
  const begun = await Promise.all(probers.map((prober) => prober.beginDue()));
  await Promise.all(probers.map((prober) => prober.settled()));
  return begun.reduce((sum, count) => sum + count, 0);
}

const anIntervalPasses = () => opened.database.run('test', (session) => session.execute(sql`update health_checks set due_at = due_at - interval '10 seconds'`));
const ping = (more: Record<string, unknown> = {}) => ({ healthCheck: { url: acme.url.replace('/leads', '/ping'), every: '10s', ...more } });

beforeAll(async () => {
  const [embedded] = testDatabases(undefined);
  if (!embedded) throw new Error('the embedded database is always there');
  opened = await embedded.open();
  configuration = new Configuration({ store: opened.store, clock: () => new Date() });
  http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
  acme = await StandInBuyer.start();
});
afterAll(async () => {
  await http.close();
  await acme.stop();
  await opened.close();
});
beforeEach(async () => {
  await opened.database.run('test', (session) => session.execute(sql`delete from health_checks`));
  acme.requests.length = 0;
  acme.answers(() => ({}));
  reports.length = 0;
  reportsLeave = true;
  probers = [aProber(), aProber()];
});

describe('asking whether destinations are up', () => {
  it('asks once an interval, however many processes there are, with nothing of a lead, and says nothing of a healthy one', async () => {
    await configure(ping(), { ...ping(), draft: true }, {});
    expect([await allLook(), await allLook()]).toEqual([1, 0]);
    await anIntervalPasses();
    expect([await allLook(), await allLook()]).toEqual([1, 0]);
    expect(acme.requests.map(({ method, path, body, key }) => [method, path, body, key])).toEqual([
      ['GET', '/ping', '', ''],
      ['GET', '/ping', '', ''],
    ]);
    expect(reports).toEqual([]);
  });

  it('tells of each failed check, and once of the one that passes, whichever process makes it', async () => {
    await configure(ping());
    acme.answers(() => ({ status: 503 }));
    await allLook();
    await anIntervalPasses();
    await allLook();
    acme.answers(() => ({}));
    for (let look = 0; look < 2; look += 1) {
      await anIntervalPasses();
      probers = [aProber()];
      expect(await allLook()).toBe(1);
    }
    const reason = expect.stringMatching(/^HTTP 503 instead of 2xx\. Check whether/) as string;
    const failed = { destination: 'api-0', failed: { atMs: expect.any(Number) as number, code: 'health-check', leadId: null, reason } };
    expect(reports).toEqual([failed, failed, { destination: 'api-0', passedAtMs: expect.any(Number) as number }]);
    const times = reports.map(({ failed: one, passedAtMs }) => one?.atMs ?? passedAtMs ?? 0);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('tells of a passed check again, whichever process makes the next, until a report has left', async () => {
    await configure(ping());
    acme.answers(() => ({ status: 503 }));
    await allLook();
    acme.answers(() => ({}));
    for (const leaves of [false, true, true]) {
      reportsLeave = leaves;
      await anIntervalPasses();
      probers = [aProber()];
      await allLook();
    }
    expect(reports.map(({ failed }) => failed === undefined)).toEqual([false, true, true]);
  });

  it('does not take a failed check for passed because the report of an earlier one left late', async () => {
    await configure(ping());
    acme.answers(() => ({ status: 503 }));
    await allLook();
    await anIntervalPasses();
    acme.answers(() => ({}));
    const leaves: ((hasLeft: boolean) => void)[] = [];
    reportsLeave = new Promise((resolve) => leaves.push(resolve));
    await probers[0]?.beginDue();
    await until('the check that passed is told', () => reports.length === 2);
    acme.answers(() => ({ status: 503 }));
    await anIntervalPasses();
    await probers[1]?.beginDue();
    await probers[1]?.settled();
    for (const leave of leaves) leave(true);
    await probers[0]?.settled();
    acme.answers(() => ({}));
    await anIntervalPasses();
    await allLook();
    expect(reports.map(({ failed }) => failed === undefined)).toEqual([false, true, false, true]);
  });

  it('is closed also while a report waits to leave', async () => {
    await configure(ping());
    acme.answers(() => ({ status: 503 }));
    await allLook();
    await anIntervalPasses();
    acme.answers(() => ({}));
    reportsLeave = new Promise(() => undefined);
    await probers[0]?.beginDue();
    await until('the check that passed is told', () => reports.length === 2);
    await probers[0]?.close();
    reportsLeave = true;
    await anIntervalPasses();
    await probers[1]?.beginDue();
    await probers[1]?.settled();
    expect(reports).toHaveLength(3);
  });

  it('goes by the statuses that the configuration calls healthy', async () => {
    await configure(ping({ status: [401, '5xx'] }), ping({ status: 204 }));
    acme.answers(() => ({ status: 503 }));
    await allLook();
    expect(reports).toMatchObject([{ destination: 'api-1', failed: { reason: expect.stringContaining('HTTP 503 instead of 204') as string } }]);
  });

  it('says how no answer came, and asks no address that the policy refuses', async () => {
    await configure(ping({ url: 'http://127.0.0.1:1/ping' }), ping({ url: 'http://10.0.0.1/ping' }));
    await allLook();
    const reasons = new Map(reports.map(({ destination, failed }) => [destination, failed && 'reason' in failed ? failed.reason : '']));
    expect(reasons.get('api-0')).toMatch(/^no connection, or one that broke \(ECONNREFUSED\)\. Check/);
    expect(reasons.get('api-1')).toMatch(/^Leadrail does not connect to this address \(10\.0\.0\.1/);
  });

  it('is not kept from one by another that hangs, and breaks off when it is closed, without a word', async () => {
    let hangs = true;
    acme.answers(({ path }) => (path === '/hang' && hangs ? new Promise(() => undefined) : {}));
    await configure(ping({ url: acme.url.replace('/leads', '/hang'), timeout: '10s' }), ping());
    const [prober] = probers;
    expect(await prober?.beginDue()).toBe(2);
    await until('both are asked', () => acme.requests.length === 2);
    await anIntervalPasses();
    expect(await probers[1]?.beginDue()).toBe(2);
    await until('both are asked again', () => acme.requests.length === 4);
    hangs = false;
    await Promise.all(probers.map((one) => one.close()));
    expect(reports).toEqual([]);
    expect(await prober?.beginDue()).toBe(0);
  });
});
