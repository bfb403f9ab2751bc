import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { portOrFree } from '../../src/settings/free-port.ts';
import { findBinaries, otherUserThanRoot, type User } from './postgres-programs.ts';

const run = promisify(execFile);

/** A throw-away PostgreSQL on loopback. */
export interface PostgresServer {
  /** Connection string of its `postgres` database, as a superuser without a password. */
  url: string;
  /** Makes an empty database on it; gives its connection string. */
  createDatabase(name: string): Promise<string>;
  /** `kill -9`: connections are cut and new ones refused. What was committed stays. */
  kill(): Promise<void>;
  /** After a `kill`: up again with the same data and the same port. */
  startAgain(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const START_DEADLINE_MS = 30_000;
const LOOK_EVERY_MS = 50;
const SUPERUSER = 'leadrail';

/**
 * Waits for its input to end, which the system closes when we end, however we end; then ends the server (an immediate shutdown
 * on SIGQUIT) and removes its folder. The process id is on the first line of a running server's `postmaster.pid`.
 */
const GUARDIAN_PROGRAM = `
  trap '' INT TERM HUP
  cat > /dev/null
  pid=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null) && kill -QUIT "$pid" 2> /dev/null
  for try in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" 2> /dev/null; [ -e "$1" ] || exit 0; sleep 0.2; done
`;

/**
 * Starts the machine's own PostgreSQL in a temporary folder, on a free port of 127.0.0.1. It is made for tests: nothing is
 * synced to disk, and everything is gone after `stop` or after the end of this process, also by `kill -9`.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const binaries = findBinaries();
  const user = await otherUserThanRoot();
  const folder = await mkdtemp(join(tmpdir(), 'leadrail-pg-'));
  if (user) await chown(folder, user.uid, user.gid);
  const guardian = spawn('/bin/sh', ['-c', GUARDIAN_PROGRAM, 'guardian', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const data = join(folder, 'data');
  let server: Running | null = null;
  const stop = async () => {
    if (server) await end(server.child, 'SIGQUIT');
    const gone = once(guardian, 'exit');
    guardian.stdin.end();
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await run(join(binaries, 'initdb'), ['--pgdata', data, '--username', SUPERUSER, '--auth', 'trust', '--encoding', 'UTF8', '--no-locale', '--no-sync'], { ...user, cwd: folder });
    server = await startServer(binaries, folder, user, 0);
  } catch (error) {
    await stop();
    throw error;
  }
  const { port } = server;
  const url = `postgresql://${SUPERUSER}@127.0.0.1:${port}`;
  return {
    url: `${url}/postgres`,
    createDatabase: async (name) => {
      await query(`${url}/postgres`, `create database "${name}"`);
      return `${url}/${name}`;
    },
    kill: async () => {
      if (server) await end(server.child, 'SIGKILL');
    },
    startAgain: async () => {
      server = await startServer(binaries, folder, user, port);
    },
    stop,
  };
}

interface Running {
  child: ChildProcess;
  port: number;
}

/** Port 0 takes a free one, and another one when somebody was faster. */
async function startServer(binaries: string, folder: string, user: User | null, wanted: number): Promise<Running> {
  const deadline = performance.now() + START_DEADLINE_MS;
  for (;;) {
    const { port } = wanted === 0 ? await portOrFree('127.0.0.1', 0) : { port: wanted };
    // No syncing to disk, but `synchronous_commit` stays on: what was committed is with the operating system, and survives a kill.
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: folder,
      fsync: 'off',
      full_page_writes: 'off',
      max_connections: '200',
    };
    const child = spawn(
      join(binaries, 'postgres'),
      ['-D', join(folder, 'data'), '-p', String(port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      // A session of its own: Ctrl-C is for the tests, which stop it. The guardian ends it when they cannot.
      { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
    );
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString('utf8')}`.slice(-4_000);
    });
    const up = await isUp(child, port, deadline);
    if (up) return { child, port };
    await end(child, 'SIGKILL');
    if (performance.now() > deadline) throw new Error(`PostgreSQL did not start within ${START_DEADLINE_MS / 1_000} s. It said:\n${said}`);
    // What is left of a killed server may need a moment to go, and a free port may have been taken; all else is for good.
    if (!/pre-existing shared memory|lock file|Address already in use/.test(said)) throw new Error(`PostgreSQL did not start. It said:\n${said}`);
    await delay(LOOK_EVERY_MS);
  }
}

/** True once it answers; false when it has ended instead, or at the deadline. */
async function isUp(child: ChildProcess, port: number, deadline: number): Promise<boolean> {
  while (!hasEnded(child) && performance.now() < deadline) {
    const answered = await query(`postgresql://${SUPERUSER}@127.0.0.1:${port}/postgres`, 'select 1').then(
      () => true,
      () => false,
    );
    if (answered && !hasEnded(child)) return true;
    await delay(LOOK_EVERY_MS);
  }
  return false;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

async function query(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that is killed ends idle connections too; whoever waits for an answer is told by its promise.
  client.on('error', () => undefined);
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
