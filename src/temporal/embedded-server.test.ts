import { spawn } from 'node:child_process';
import { startTestServer } from '../../test/support/temporal-server.ts';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { portOrFree } from '../settings/free-port.ts';
import { findTemporalCli } from './cli.ts';
import type { EmbeddedServer } from './embedded-server.ts';
import { startEmbeddedServer } from './embedded-server.ts';
import { ensureSearchAttributes, leadSourceAttribute } from './search-attributes.ts';

const NAMESPACE = 'leads';
const WAIT = { timeout: 30_000, interval: 50 };

let cli: string;
let folder: string;
let running: EmbeddedServer[];
let notices: string[];

beforeAll(async () => {
  const found = await findTemporalCli({ searchPath: process.env['PATH'] ?? '', explicitPath: process.env['LEADRAIL_TEMPORAL_CLI'] ?? null });
  if (!found.ok) throw new Error(found.message);
  cli = found.path;
}, 300_000);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leadrail-server-'));
  running = [];
  notices = [];
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
});

function options(): Parameters<typeof startEmbeddedServer>[0] {
  return {
    cli,
    searchPath: process.env['PATH'] ?? '',
    dataFile: join(folder, 'temporal.db'),
    logFile: join(folder, 'temporal.log'),
    namespace: NAMESPACE,
    port: 0,
    uiPort: 0,
    choosePort: portOrFree,
    onNotice: (message) => notices.push(message),
  };
}

async function started(over: Partial<Parameters<typeof startEmbeddedServer>[0]> = {}): Promise<EmbeddedServer> {
  const result = await startEmbeddedServer({ ...options(), ...over });
  if (!result.ok) throw new Error(result.message);
  running.push(result.server);
  return result.server;
}

async function withClient<T>(address: string, use: (client: Client, connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection, namespace: NAMESPACE }), connection);
  } finally {
    await connection.close();
  }
}

async function startWorkflow(address: string): Promise<void> {
  await withClient(address, (client) => client.workflow.start('lead', { taskQueue: 'nobody-works-here', workflowId: 'lead-kept' }));
}

async function workflowStatus(address: string): Promise<string> {
  return withClient(address, async (client) => (await client.workflow.getHandle('lead-kept').describe()).status.name);
}

async function listens(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function pidOfServer(): Promise<number> {
  return Number(await readFile(join(folder, 'temporal.pid'), 'utf8'));
}

/** The process between us and the server. */
async function pidOfGuardian(server: number): Promise<number> {
  const stat = await readFile(`/proc/${String(server)}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** Starts the server from a process of its own, as `npm start` does. */
async function startElsewhere(): Promise<{ address: string; port: number; kill: () => Promise<void> }> {
  const program = `
    const { startEmbeddedServer } = await import(${JSON.stringify(new URL('./embedded-server.ts', import.meta.url).href)});
    const { portOrFree } = await import(${JSON.stringify(new URL('../settings/free-port.ts', import.meta.url).href)});
    const result = await startEmbeddedServer({ ...${JSON.stringify(options())}, choosePort: portOrFree });
    console.log(JSON.stringify(result.ok ? { address: result.server.address, port: result.server.port.port } : result));
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    ...(JSON.parse(line.toString()) as { address: string; port: number }),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

describe('startEmbeddedServer', () => {
  it('starts a server with our search attributes, 30 days of retention and a UI, and ends it', async () => {
    const server = await started();
    await withClient(server.address, async (_client, connection) => {
      const { config } = await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
      expect(await ensureSearchAttributes(connection, NAMESPACE)).toEqual({ ok: true, created: [] });
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: NAMESPACE });
      expect(customAttributes).toMatchObject({ LeadSource: 2, LeadStatus: 2, LeadRoute: 2, BuyerId: 7 });
    });
    expect((await fetch(server.uiUrl)).status).toBe(200);
    await server.stop();
    expect(await listens(server.port.port)).toBe(false);
    expect(notices).toEqual([]);
  });

  it('keeps its workflows over a stop and a start', async () => {
    const first = await started();
    await startWorkflow(first.address);
    await first.stop();
    const second = await started();
    expect(await workflowStatus(second.address)).toBe('RUNNING');
  });

  it('lists workflows by our search attributes, as running and once they have ended, also many that came at once', async () => {
    const server = await started();
    await withClient(server.address, async (client) => {
      const typedSearchAttributes = [{ key: leadSourceAttribute, value: 'web' }];
      const start = (_: unknown, index: number) =>
        client.workflow.start('lead', { taskQueue: 'nobody-works-here', workflowId: `lead-${String(index)}`, typedSearchAttributes });
      const handles = await Promise.all(Array.from({ length: 150 }, start));
      const count = async (status: string) => (await client.workflow.count(`LeadSource = 'web' AND ExecutionStatus = '${status}'`)).count;
      await vi.waitFor(async () => expect(await count('Running')).toBe(150), WAIT);
      await Promise.all(handles.map((handle) => handle.terminate()));
      await vi.waitFor(async () => expect([await count('Running'), await count('Terminated')]).toEqual([0, 150]), WAIT);
    });
  });

  it('takes a free port for one that is taken, and tells', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const wanted = typeof address === 'object' && address !== null ? address.port : 0;
    const server = await started({ port: wanted });
    expect(server.port).toMatchObject({ wanted, replaced: true });
    expect(server.address).toBe(`127.0.0.1:${String(server.port.port)}`);
    await withClient(server.address, () => Promise.resolve());
    holder.close();
  });

  it('takes another port when its own is lost in the last moment, and never the other server for its own', async () => {
    const other = await startTestServer();
    const lost = Number(other.server.address.split(':')[1]);
    let asked = 0;
    const choosePort = (host: string, wanted: number) => {
      asked += 1;
      return asked === 1 ? Promise.resolve({ port: lost, wanted, replaced: false }) : portOrFree(host, 0);
    };
    const server = await started({ choosePort });
    expect(server.address).not.toBe(other.server.address);
    await other.stop();
  });

  it('ends with the process that started it, also when that is killed, and loses nothing', async () => {
    const elsewhere = await startElsewhere();
    await startWorkflow(elsewhere.address);
    await elsewhere.kill();
    await vi.waitFor(async () => expect(await listens(elsewhere.port)).toBe(false), WAIT);
    const server = await started();
    expect(await workflowStatus(server.address)).toBe('RUNNING');
  });

  it('ends a server that outlived everybody before it starts its own', async () => {
    const elsewhere = await startElsewhere();
    await startWorkflow(elsewhere.address);
    const orphan = await pidOfServer();
    process.kill(await pidOfGuardian(orphan), 'SIGKILL');
    await elsewhere.kill();
    expect(await listens(elsewhere.port)).toBe(true);

    const server = await started({ port: elsewhere.port });
    expect(notices).toEqual([`Ended the Temporal server of an earlier start (process ${String(orphan)})`]);
    expect(server.port).toMatchObject({ port: elsewhere.port, replaced: false });
    expect(await workflowStatus(server.address)).toBe('RUNNING');
  });

  it.each([
    ['the server', (server: number) => Promise.resolve(server)],
    ['its guardian', pidOfGuardian],
  ])('starts again at the same address when %s is killed', async (_what, victim) => {
    const server = await started();
    await startWorkflow(server.address);
    const before = await pidOfServer();
    process.kill(await victim(before), 'SIGKILL');
    await vi.waitFor(() => expect(notices.at(-1)).toBe('The embedded Temporal server runs again'), WAIT);
    expect(await pidOfServer()).not.toBe(before);
    expect(await workflowStatus(server.address)).toBe('RUNNING');
  });

  it('says why it did not start', async () => {
    const result = await startEmbeddedServer({ ...options(), dataFile: join(folder, 'missing', 'temporal.db'), cli: '/bin/false' });
    expect(result).toMatchObject({ ok: false, message: expect.stringMatching(/did not start: it ended \(.*Its log is .*temporal\.log/) as string });
  });
});
