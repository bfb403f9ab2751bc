import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readExposition, valueOf } from '../../src/metrics/exposition.test-support.ts';
import { newEncryptionKey } from '../../src/settings/keys.ts';
import { LeadrailPart } from '../support/leadrail-part.ts';
import { startPostgres, type PostgresServer } from '../support/postgres-server.ts';
import { startTestServer, type TestServer } from '../support/temporal-server.ts';
import { until } from '../support/until.ts';

let postgres: PostgresServer;
let temporal: TestServer;
let dataDir: string;
let workers: LeadrailPart[];

beforeAll(async () => {
  [postgres, temporal, dataDir] = await Promise.all([startPostgres(), startTestServer(), mkdtemp(join(tmpdir(), 'leadrail-test-'))]);
  const environment = {
    DATABASE_URL: await postgres.createDatabase('leadrail'),
    TEMPORAL_ADDRESS: temporal.server.address,
    LEADRAIL_ENCRYPTION_KEY: newEncryptionKey(),
    LEADRAIL_DATA_DIR: dataDir,
    LEADRAIL_WORKER_PORT: '0',
    LEADRAIL_LOG_LEVEL: 'warn',
  };
  workers = await Promise.all([LeadrailPart.start('worker', environment), LeadrailPart.start('worker', environment)]);
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await temporal.stop();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
});

function addressOf(worker: LeadrailPart): string {
  const address = /A worker runs: (\S+)/.exec(worker.output)?.[1];
  if (address === undefined) throw new Error(`no address in:\n${worker.output}`);
  return address;
}

it('npm run worker needs no admin key and no data folder, so that two run on one machine', async () => {
  for (const worker of workers) {
    expect((await fetch(`${addressOf(worker)}/readyz`)).status).toBe(200);
    const families = readExposition(await (await fetch(`${addressOf(worker)}/metrics`)).text());
    expect(valueOf(families, 'leadrail_worker_polling')).toBe(1);
    expect(valueOf(families, 'leadrail_scrape_part_up', { part: 'temporal_sdk' })).toBe(1);
  }
  expect(new Set(workers.map(addressOf)).size).toBe(2);
  expect(await readdir(dataDir)).toEqual([]);
});

it('its /readyz is a 503 while the database is away, and 200 again afterwards', async () => {
  const [worker] = workers;
  if (!worker) throw new Error('there are two workers');
  const readiness = async () => (await fetch(`${addressOf(worker)}/readyz`)).status;
  await postgres.kill();
  await until('the worker is unready', async () => (await readiness()) === 503);
  await until('the figures of the database are gone', async () => {
    const families = readExposition(await (await fetch(`${addressOf(worker)}/metrics`)).text());
    return valueOf(families, 'leadrail_scrape_part_up', { part: 'store' }) === 0 && families.get('leadrail_leads_delivering')?.samples.length === 0;
  });
  await postgres.startAgain();
  await until('the worker is ready again', async () => (await readiness()) === 200);
});
