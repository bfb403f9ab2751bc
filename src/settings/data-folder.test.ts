import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DataFolder } from './data-folder.ts';
import { openDataFolder } from './data-folder.ts';
import { newAdminKey, newEncryptionKey } from './keys.ts';
import { identify } from './process-identity.ts';

let parent: string;
let path: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'leadrail-data-'));
  path = join(parent, 'data');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

async function opened(): Promise<DataFolder> {
  const result = await openDataFolder(path);
  if (!result.ok) throw new Error(result.message);
  return result.folder;
}

async function modeOf(file: string): Promise<number> {
  return (await stat(file)).mode & 0o777;
}

/** Leaves a lock behind as a process would that was killed. */
async function leaveLock(holder: { pid: number; startedAt: string | null } | string): Promise<void> {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'lock'), typeof holder === 'string' ? holder : JSON.stringify({ ...holder, token: 'left-behind' }));
}

/** A process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

/** Opens the folder in a process of its own, prints what it got, and holds it until it is killed. */
function openElsewhere(): { pid: number; answer: Promise<string>; kill: () => Promise<void> } {
  const program = `
    const { openDataFolder } = await import(${JSON.stringify(new URL('./data-folder.ts', import.meta.url).href)});
    const result = await openDataFolder(${JSON.stringify(path)});
    console.log(result.ok ? 'ok' : result.message);
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const answer = once(child.stdout, 'data').then(([data]) => String(data).trim());
  const exited = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    answer,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

describe('openDataFolder', () => {
  it('makes the folder for its owner only, and leaves one that was there as it was', async () => {
    await (await opened()).release();
    expect(await modeOf(path)).toBe(0o700);
    await chmod(path, 0o755);
    await (await opened()).release();
    expect(await modeOf(path)).toBe(0o755);
  });

  it('refuses a second start, naming folder and process, until the first gives it back', async () => {
    const first = await opened();
    const second = await openDataFolder(path);
    expect(second).toMatchObject({ ok: false, message: expect.stringMatching(new RegExp(`${path} is in use by process ${String(process.pid)}\\..*LEADRAIL_DATA_DIR`)) as string });
    await first.release();
    await (await opened()).release();
    expect(await readdir(path)).toEqual([]);
  });

  it('refuses while another process holds it, and takes over when that was killed', async () => {
    const other = openElsewhere();
    expect(await other.answer).toBe('ok');
    expect(await openDataFolder(path)).toMatchObject({ ok: false, message: expect.stringContaining(`process ${String(other.pid)}.`) as string });
    await other.kill();
    await (await opened()).release();
  });

  it('takes over from a dead process, from an earlier one under a number that is in use again, and from a lock cut short', async () => {
    const holders = [{ pid: await deadProcess(), startedAt: null }, { pid: process.pid, startedAt: 'another-boot:1' }, '{"pid":', ''];
    for (const holder of holders) {
      await leaveLock(holder);
      const folder = await opened();
      expect(await openDataFolder(path)).toMatchObject({ ok: false });
      await folder.release();
    }
  });

  it('gives a stale lock to one of many that want it', async () => {
    await leaveLock({ pid: await deadProcess(), startedAt: null });
    const results = await Promise.all(Array.from({ length: 20 }, () => openDataFolder(path)));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
  });

  it('does not give back a lock that is somebody else’s by now', async () => {
    const folder = await opened();
    await leaveLock(identify());
    await folder.release();
    expect(await openDataFolder(path)).toMatchObject({ ok: false });
  });

  it('says what is wrong with a folder that cannot be used', async () => {
    await writeFile(path, 'a file');
    expect(await openDataFolder(path)).toMatchObject({ ok: false, message: expect.stringMatching(/data cannot be used: EEXIST.*LEADRAIL_DATA_DIR/) as string });
  });
});

describe('generated', () => {
  it('makes a value once, for its owner only', async () => {
    const folder = await opened();
    const made = await folder.generated('admin-key', newAdminKey);
    expect(made).toEqual({ value: expect.stringMatching(/^lr_admin_[\w-]{32}$/) as string, path: join(path, 'admin-key'), created: true });
    expect(await modeOf(made.path)).toBe(0o600);
    expect(await folder.generated('admin-key', newAdminKey)).toEqual({ ...made, created: false });
  });

  it('makes one value when asked twice at once', async () => {
    const folder = await opened();
    const [one, two] = await Promise.all([folder.generated('encryption-key', newEncryptionKey), folder.generated('encryption-key', newEncryptionKey)]);
    expect(one.value).toBe(two.value);
    expect(Buffer.from(one.value, 'base64')).toHaveLength(32);
    expect((await readdir(path)).sort()).toEqual(['encryption-key', 'lock']);
  });

  it('closes a file that others could read, and refuses an empty one', async () => {
    const folder = await opened();
    await writeFile(join(path, 'admin-key'), 'lr_admin_kept\n', { mode: 0o644 });
    expect(await folder.generated('admin-key', newAdminKey)).toMatchObject({ value: 'lr_admin_kept', created: false });
    expect(await modeOf(join(path, 'admin-key'))).toBe(0o600);
    await writeFile(join(path, 'encryption-key'), '');
    await expect(folder.generated('encryption-key', newEncryptionKey)).rejects.toThrow(/encryption-key is empty/);
  });
});
