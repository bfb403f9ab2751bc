import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, type Build } from '../../build/build.ts';
import { WORKFLOW_BUNDLE } from '../../src/worker/workflow-bundle.ts';
import { newEncryptionKey } from '../../src/settings/keys.ts';
import { ApiClient } from '../support/api-client.ts';
import { startPostgres, type PostgresServer } from '../support/postgres-server.ts';
import { StandInBuyer } from '../support/stand-in-buyer.ts';
import { startTestServer, type TestServer } from '../support/temporal-server.ts';
import { until } from '../support/until.ts';
import { ROOT } from './checking-tools.ts';

const ADMIN_KEY = 'lr_admin_made-up-for-the-build-test';

let folder: string;
let built: Build;
let temporal: TestServer;
let postgres: PostgresServer;

beforeAll(async () => {
  // Below the repository, as dist is: what is built finds package.json and node_modules above it.
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  folder = await mkdtemp(join(ROOT, '.cache', 'build-test-'));
  // `npm run check` looks at the types.
  [built, temporal, postgres] = await Promise.all([build({ folder: join(folder, 'dist'), checkTypes: false }), startTestServer(), startPostgres()]);
});
afterAll(async () => {
  await Promise.all([temporal.stop(), postgres.stop()]);
  await rm(folder, { recursive: true, force: true });
});

describe('what npm run build makes', () => {
  it('has no tests, no demo, and no TypeScript', async () => {
    const files = await readdir(built.folder, { recursive: true });
    expect(files).toEqual(expect.arrayContaining(['api.js', 'worker.js', 'start.js', WORKFLOW_BUNDLE]));
    expect(files.filter((file) => /\.ts$|\.test[.-]|(^|\/)(demo|testing)/.test(file))).toEqual([]);
  });

  it('has in the workflow bundle our code and the SDK, and nothing else', async () => {
    const code = await readFile(join(built.folder, WORKFLOW_BUNDLE), 'utf8');
    const packages = [...code.matchAll(/^\/\*\*\*\/ "\.\/node_modules\/((?:@[^/]+\/)?[^/]+)/gm)].map(([, name]) => name ?? '');
    expect([...new Set(packages)].sort()).toEqual(['@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc']);
    expect(code).not.toContain(ROOT);
    expect(code).toMatch(/preloadModules\(\) \{\s+__webpack_require__\([^)]*"\.\/src\/workflows\/index\.ts"\)/);
  });

  it('takes a lead in and delivers it, as API and worker on their own', async () => {
    const environment = {
      PATH: process.env['PATH'],
      LEADRAIL_PORT: '0',
      LEADRAIL_WORKER_PORT: '0',
      LEADRAIL_ALLOWED_NETWORKS: '127.0.0.0/8',
      LEADRAIL_DATA_DIR: join(folder, 'data'),
      LEADRAIL_ADMIN_KEY: ADMIN_KEY,
      LEADRAIL_ENCRYPTION_KEY: newEncryptionKey(),
      LEADRAIL_LOG_LEVEL: 'error',
      LEADRAIL_SHUTDOWN_GRACE: '5s',
      DATABASE_URL: await postgres.createDatabase('built'),
      TEMPORAL_ADDRESS: temporal.server.address,
    };
    const buyer = await StandInBuyer.start();
    const api = new Part('api.js', environment);
    const worker = new Part('worker.js', environment);
    try {
      const address = await api.says(/The API runs: (\S+)/);
      await worker.says(/(A worker runs)/);
      const client = new ApiClient(address, ADMIN_KEY);
      await client.configure({
        sources: [{ id: 'website', fields: { phone: { type: 'phone' } } }],
        buyers: [{ id: 'acme', name: 'Acme', destinations: [{ id: 'api', type: 'webhook', url: buyer.url }] }],
        routes: [{ id: 'all', deliver: ['acme'] }],
      });
      const lead = await client.postLead({ phone: '602-555-0123' }, 'source=website&wait=30s');
      expect(lead.status).toBe('delivered');
      expect(buyer.taken.size).toBe(1);
      const pages = await Promise.all(['/', '/docs', '/openapi.json'].map(async (path) => (await client.get(path)).status));
      expect(pages).toEqual([200, 200, 200]);
      // All that could be in the data folder is given by settings: a read-only file system will do.
      expect(await readdir(folder)).toEqual(['dist']);
      expect(await Promise.all([api.stop(), worker.stop()])).toEqual([0, 0]);
    } finally {
      await Promise.all([api.kill(), worker.kill(), buyer.stop()]);
    }
  });
});

/** A main file of the built tree, run by node alone. */
class Part {
  private readonly child: ChildProcess;
  private output = '';

  constructor(file: string, environment: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, [join(built.folder, file)], { env: environment, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString('utf8');
      });
    }
  }

  says(line: RegExp): Promise<string> {
    return until(`it says ${line.source}`, () => {
      if (this.hasEnded()) throw new Error(`it ended instead:\n${this.output}`);
      return line.exec(this.output)?.[1];
    });
  }

  /** As an orchestrator stops it; gives the code that it ends with. */
  async stop(): Promise<number | null> {
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exit;
    return this.child.exitCode;
  }

  async kill(): Promise<void> {
    if (this.hasEnded()) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  private hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}
