import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ProcessIdentity } from './process-identity.ts';
import { identify, isRunning } from './process-identity.ts';

const LOCK_NAME = 'lock';
const holderSchema = z.object({ pid: z.number().int().positive(), startedAt: z.string().nullable(), token: z.string() });
type Holder = z.infer<typeof holderSchema>;

export type LockResult = { ok: true; release: () => Promise<void> } | { ok: false; holder: ProcessIdentity };

/**
 * Takes the folder's lock, a file that names its holder; the lock of a process that has ended is taken over.
 * Holds between processes that see one process table: two containers on one volume do not see each other.
 */
export async function lockFolder(folder: string): Promise<LockResult> {
  const lock = join(folder, LOCK_NAME);
  const token = randomBytes(12).toString('hex');
  const mine = join(folder, `${LOCK_NAME}.${token}`);
  // Written whole under another name and then linked: whoever sees the lock can read its holder.
  await writeFile(mine, JSON.stringify({ ...identify(), token } satisfies Holder), { mode: 0o600 });
  try {
    for (;;) {
      if (await linked(mine, lock)) break;
      const found = await readHolder(lock);
      if (found === 'absent') continue;
      if (found !== 'unreadable' && isRunning(found)) return { ok: false, holder: found };
      if (await takeOver(folder, lock, mine, found)) break;
    }
  } finally {
    await rm(mine, { force: true });
  }
  return {
    ok: true,
    release: async () => {
      const holder = await readHolder(lock);
      if (typeof holder === 'object' && holder.token === token) await rm(lock, { force: true });
    },
  };
}

/**
 * Replaces a stale lock. The claim, named after that very lock, keeps two starts from replacing it one after the other;
 * the second look makes sure that it was not replaced before we claimed it.
 */
async function takeOver(folder: string, lock: string, mine: string, stale: Holder | 'unreadable'): Promise<boolean> {
  const claim = join(folder, `${LOCK_NAME}.claim-${stale === 'unreadable' ? stale : stale.token}`);
  if (!(await linked(mine, claim))) {
    const claimant = await readHolder(claim);
    if (claimant === 'unreadable' || (claimant !== 'absent' && !isRunning(claimant))) await rm(claim, { force: true });
    return false;
  }
  try {
    const now = await readHolder(lock);
    const unchanged = typeof now === 'object' && typeof stale === 'object' ? now.token === stale.token : now === stale;
    if (!unchanged) return false;
    // Copied, not renamed: `mine` is linked to the claim, and rename does nothing between two names of one file.
    const next = `${mine}.next`;
    await writeFile(next, await readFile(mine), { mode: 0o600 });
    await rename(next, lock);
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

async function readHolder(path: string): Promise<Holder | 'absent' | 'unreadable'> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'absent';
    throw error;
  }
  try {
    const parsed = holderSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : 'unreadable';
  } catch {
    // Cut short by a power failure: nobody holds it.
    return 'unreadable';
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
