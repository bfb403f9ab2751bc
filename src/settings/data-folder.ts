import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { lockFolder } from './folder-lock.ts';

/** The folder where an embedded system keeps everything; held by one process at a time. */
export interface DataFolder {
  /** Absolute. */
  path: string;
  /**
   * A value that is made once and kept in a file of that name with owner-only rights; `created` when it was made just now.
   * Rejects when the file is there but empty, rather than making a second key for what the first one encrypted.
   */
  generated(name: string, make: () => string): Promise<GeneratedValue>;
  /** Gives the lock back. Call it last, when nothing writes to the folder any more. */
  release(): Promise<void>;
}

export interface GeneratedValue {
  value: string;
  path: string;
  created: boolean;
}

export type DataFolderResult = { ok: true; folder: DataFolder } | { ok: false; message: string };

/**
 * Creates the folder (owner-only) when it is missing, and locks it. Rights of a folder that was there before are left
 * alone: it may be a shared one.
 */
export async function openDataFolder(path: string): Promise<DataFolderResult> {
  const folder = resolve(path);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lock = await lockFolder(folder);
    if (!lock.ok) {
      return {
        ok: false,
        message: `The data folder ${folder} is in use by process ${lock.holder.pid}. Stop that process, or choose another folder with LEADRAIL_DATA_DIR.`,
      };
    }
    return { ok: true, folder: { path: folder, generated: (name, make) => generated(folder, name, make), release: lock.release } };
  } catch (error) {
    return {
      ok: false,
      message: `The data folder ${folder} cannot be used: ${codeOf(error)}. Give this user the right to write there, or choose another folder with LEADRAIL_DATA_DIR.`,
    };
  }
}

async function generated(folder: string, name: string, make: () => string): Promise<GeneratedValue> {
  const path = join(folder, name);
  const kept = await readKept(path);
  if (kept !== null) return { value: kept, path, created: false };

  const value = make();
  const temporary = join(folder, `${name}.${randomBytes(6).toString('hex')}`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(`${value}\n`);
    // On disk before anybody uses it: a key that a power cut takes away makes what it encrypted unreadable.
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const first = await readKept(path);
    if (first === null) throw error;
    return { value: first, path, created: false };
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(folder);
  return { value, path, created: true };
}

async function readKept(path: string): Promise<string | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  const value = text.trim();
  if (value === '') throw new Error(`${path} is empty. Put the key back that was in it, or delete the file to have a new one made.`);
  await chmod(path, 0o600);
  return value;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error);
}
