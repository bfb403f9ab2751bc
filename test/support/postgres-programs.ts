import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A user of this machine. */
export interface User {
  uid: number;
  gid: number;
}

/** The folder with `initdb` and `postgres`: Debian keeps them out of PATH, one folder a version. */
export function findBinaries(): string {
  const debian = '/usr/lib/postgresql';
  const versions = listed(debian).sort((a, b) => Number(b) - Number(a));
  const folders = [...versions.map((version) => join(debian, version, 'bin')), ...(process.env['PATH'] ?? '').split(delimiter)];
  const found = folders.find((folder) => folder !== '' && ['initdb', 'postgres'].every((name) => isExecutable(join(folder, name))));
  if (found === undefined) {
    throw new Error(
      'These tests need a PostgreSQL on this machine, and there is none in /usr/lib/postgresql/*/bin or in PATH. Install one (Debian, Ubuntu: apt-get install --no-install-recommends postgresql; macOS: brew install postgresql) and run them again. It need not run: they start one of their own.',
    );
  }
  return found;
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no Debian
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whom to run it as, for it refuses to run as root; null where we are not. */
export async function otherUserThanRoot(): Promise<User | null> {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all(['-u', '-g'].map(async (which) => Number((await run('id', [which, name])).stdout)));
      if (uid !== undefined && gid !== undefined) return { uid, gid };
    } catch {
      continue; // no such user here
    }
  }
  throw new Error('PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run it as. Run the tests as another user.');
}
