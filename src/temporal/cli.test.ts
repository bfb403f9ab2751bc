import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CliInstaller } from './cli-installers.ts';
import { findTemporalCli } from './cli.ts';
import { CLI_VERSION, isRecentEnough } from './cli-version.ts';

let folder: string;
let cache: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leadrail-cli-'));
  cache = join(folder, 'cache');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Puts a program there that says it is the Temporal CLI, of that version. */
async function putCli(into: string, version: string): Promise<string> {
  await mkdir(into, { recursive: true });
  const path = join(into, 'temporal');
  await writeFile(path, `#!/bin/sh\necho "temporal version ${version} (Server 1.32.0, UI 2.54.1)"\n`, { mode: 0o755 });
  return path;
}

function installer(name: string, install: CliInstaller['install']): CliInstaller {
  return { name, install };
}

const works = installer('one that works', async (into) => {
  await putCli(join(into, 'bin'), CLI_VERSION);
  return { ok: true };
});
const fails = installer('one that fails', () => Promise.resolve({ ok: false, problem: 'could not be reached' }));

describe('findTemporalCli', () => {
  it('takes the explicit path before all else, and says so when it is wrong', async () => {
    const explicitPath = await putCli(join(folder, 'own'), '1.0.0');
    const searchPath = join(folder, 'bin');
    await putCli(searchPath, CLI_VERSION);
    expect(await findTemporalCli({ explicitPath, searchPath, cacheFolders: [cache] })).toMatchObject({ ok: true, path: explicitPath, version: '1.0.0' });

    const wrong = await findTemporalCli({ explicitPath: `${explicitPath}x`, searchPath, cacheFolders: [cache], installers: [works] });
    expect(wrong).toMatchObject({ ok: false, tried: [`${explicitPath}x, set by LEADRAIL_TEMPORAL_CLI: not found`] });
  });

  it('takes PATH before the cache, but for one that is too old or no Temporal CLI', async () => {
    const old = join(folder, 'old');
    const other = join(folder, 'other');
    const good = join(folder, 'good');
    await putCli(old, '1.3.0');
    await mkdir(other);
    await writeFile(join(other, 'temporal'), '#!/bin/sh\necho something else\n', { mode: 0o755 });
    const onPath = await putCli(good, '1.10.0');
    const cached = await putCli(join(cache, CLI_VERSION, 'bin'), CLI_VERSION);
    expect(await findTemporalCli({ searchPath: `${old}::${other}:${good}`, cacheFolders: [cache] })).toMatchObject({ ok: true, path: onPath, found: 'on PATH' });
    expect(await findTemporalCli({ searchPath: `${old}:${other}`, cacheFolders: [cache] })).toMatchObject({ ok: true, path: cached });
  });

  it('installs by the first way that works, and finds it in the cache from then on', async () => {
    const progress: string[] = [];
    const options = { searchPath: '', cacheFolders: [cache], installers: [fails, works], onProgress: (message: string) => progress.push(message) };
    const installed = await findTemporalCli(options);
    expect(installed).toMatchObject({ ok: true, path: join(cache, CLI_VERSION, 'bin', 'temporal'), found: 'installed by one that works' });
    expect(progress).toHaveLength(2);
    expect(await findTemporalCli({ ...options, installers: [] })).toMatchObject({ ok: true, path: join(cache, CLI_VERSION, 'bin', 'temporal') });
    expect(await readdir(cache)).toEqual([CLI_VERSION]);
  });

  it('puts up with two starts at once', async () => {
    const options = { searchPath: '', cacheFolders: [cache], installers: [works] };
    const results = await Promise.all(Array.from({ length: 5 }, () => findTemporalCli(options)));
    expect(results.map((result) => result.ok)).toEqual([true, true, true, true, true]);
    expect(await readdir(cache)).toEqual([CLI_VERSION]);
  });

  it('replaces one in the cache that does not run', async () => {
    const path = await putCli(join(cache, CLI_VERSION, 'bin'), CLI_VERSION);
    await writeFile(path, '#!/bin/sh\nexit 1\n');
    expect(await findTemporalCli({ searchPath: '', cacheFolders: [cache], installers: [works] })).toMatchObject({ ok: true, path });
  });

  it('tells what was tried and what to do when all fails', async () => {
    const broken = installer('one that brings something else', async (into) => {
      await mkdir(join(into, 'bin'));
      await writeFile(join(into, 'bin', 'temporal'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
      return { ok: true };
    });
    const throws = installer('one with a fault', () => Promise.reject(new Error('no space left')));
    const result = await findTemporalCli({ searchPath: folder, cacheFolders: [cache], installers: [fails, broken, throws] });
    expect(result).toMatchObject({
      ok: false,
      tried: [
        '`temporal` on PATH: not there',
        `\`temporal\` in the cache (${cache}): not there`,
        'one that fails: could not be reached',
        'one that brings something else: what it brought ended with code 3',
        'one with a fault: no space left',
      ],
      message: expect.stringMatching(/Tried:[^]*put `temporal` on PATH, or set LEADRAIL_TEMPORAL_CLI[^]*or set TEMPORAL_ADDRESS/) as string,
    });
    expect(await readdir(cache)).toEqual([]);
  });

  it('installs into the first cache folder that can be made', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const result = await findTemporalCli({ searchPath: '', cacheFolders: [join(folder, 'a-file', 'cache'), cache], installers: [works] });
    expect(result).toMatchObject({ ok: true, path: join(cache, CLI_VERSION, 'bin', 'temporal') });
  });

  it('really gets the CLI, whatever this machine has', async () => {
    const result = await findTemporalCli({ searchPath: '' });
    expect(result).toMatchObject({ ok: true, version: CLI_VERSION });
  }, 300_000);
});

describe('isRecentEnough', () => {
  it.each([
    ['1.9.1', true],
    ['1.9.0', false],
    ['1.10.0', true],
    ['2.0.0', true],
    ['1.8.99', false],
  ])('%s: %s', (version, expected) => {
    expect(isRecentEnough(version)).toBe(expected);
  });
});
