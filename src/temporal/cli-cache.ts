import { access, chmod, constants, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CliInstaller } from './cli-installers.ts';
import { checkCli, CLI_VERSION } from './cli-version.ts';

const INSTALLING_PREFIX = '.installing-';
const ABANDONED_AFTER_MS = 3_600_000;

export type InstalledCli = { ok: true; path: string; version: string } | { ok: false; problem: string };

/** Where a cache folder keeps the CLI: by version, so that a newer Leadrail does not meet an old one. */
export function cachedCliPath(cache: string): string {
  return join(cache, CLI_VERSION, 'bin', 'temporal');
}

/** The first of the folders that can be made and written to, or null. */
export async function firstWritable(folders: string[]): Promise<string | null> {
  for (const folder of folders) {
    try {
      await mkdir(folder, { recursive: true });
      await access(folder, constants.W_OK);
      return folder;
    } catch {
      // Not this one; the caller says so when none is left.
      continue;
    }
  }
  return null;
}

/** Installs into a folder of its own, tries it, and renames it into place, so that two starts at once never meet half a file. */
export async function installInto(cache: string, installer: CliInstaller): Promise<InstalledCli> {
  await removeAbandoned(cache);
  const folder = await mkdtemp(join(cache, INSTALLING_PREFIX));
  try {
    const installed = await installer.install(folder);
    if (!installed.ok) return installed;
    const checked = await checkCli(join(folder, 'bin', 'temporal'));
    if (!checked.ok) return { ok: false, problem: `what it brought ${checked.problem}` };

    // A temporary folder is its maker's only; the service's user need not be the one who installed.
    await chmod(folder, 0o755);
    const place = join(cache, CLI_VERSION);
    if (await movedTo(place, folder)) return { ok: true, path: cachedCliPath(cache), version: checked.version };
    // Somebody was quicker, or what lies there is broken (else it would have been found).
    if (!(await checkCli(cachedCliPath(cache))).ok) {
      await rm(place, { recursive: true, force: true });
      await movedTo(place, folder);
    }
    return await inPlace(cache);
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inPlace(cache: string): Promise<InstalledCli> {
  const present = await checkCli(cachedCliPath(cache));
  return present.ok ? { ok: true, path: cachedCliPath(cache), version: present.version } : present;
}

async function movedTo(place: string, folder: string): Promise<boolean> {
  try {
    await rename(folder, place);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')) return false;
    throw error;
  }
}

async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(INSTALLING_PREFIX)) continue;
    const path = join(cache, name);
    const begun = await stat(path).catch(() => null);
    if (begun !== null && Date.now() - begun.mtimeMs > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}
