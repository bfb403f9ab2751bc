import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder } from '../settings/data-folder.ts';
import { portOrFree } from '../settings/free-port.ts';
import { newEncryptionKey } from '../settings/keys.ts';
import { readSettings, type PartsSettings } from '../settings/settings.ts';
import { StoreUnavailable } from '../store/store.ts';
import { openFoundation, openWorkerFoundation } from './foundation.ts';

let parent: string;
let dataDir: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'leadrail-test-'));
  dataDir = join(parent, 'data');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const log = pino({ level: 'silent' });

/** A worker's settings without an admin key, and with a database that nobody runs: how far a start comes before that is what is looked at. */
async function workerSettings(): Promise<PartsSettings> {
  const { port } = await portOrFree('127.0.0.1', 0);
  const read = readSettings(
    { LEADRAIL_DATA_DIR: dataDir, LEADRAIL_ENCRYPTION_KEY: newEncryptionKey(), DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/none`, TEMPORAL_ADDRESS: `127.0.0.1:${port}` },
    'parts',
  );
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
  return read.settings;
}

describe('a worker without an admin key', () => {
  it('makes none, and no data folder', async () => {
    await expect(openWorkerFoundation(await workerSettings(), log, () => undefined)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('starts beside whoever holds that folder', async () => {
    const held = await openDataFolder(dataDir);
    if (!held.ok) throw new Error(held.message);
    await expect(openWorkerFoundation(await workerSettings(), log, () => undefined)).rejects.toBeInstanceOf(StoreUnavailable);
    await held.folder.release();
  });

  it('is no API: that one makes its key', async () => {
    await expect(openFoundation(await workerSettings(), log, () => undefined)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await readdir(dataDir)).toEqual(['admin-key']);
  });
});
