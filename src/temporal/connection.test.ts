import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { portOrFree } from '../settings/free-port.ts';
import { findTemporalCli } from './cli.ts';
import type { TemporalConnection } from './connection.ts';
import { connectTemporal } from './connection.ts';
import type { EmbeddedServer } from './embedded-server.ts';
import { startEmbeddedServer } from './embedded-server.ts';
import { ensureSearchAttributes } from './search-attributes.ts';

const NAMESPACE = 'leads';

let folder: string;
let server: EmbeddedServer;
let temporal: TemporalConnection;

beforeAll(async () => {
  const searchPath = process.env['PATH'] ?? '';
  const found = await findTemporalCli({ searchPath, explicitPath: process.env['LEADRAIL_TEMPORAL_CLI'] ?? null });
  if (!found.ok) throw new Error(found.message);
  folder = await mkdtemp(join(tmpdir(), 'leadrail-connection-'));
  const { port } = await portOrFree('127.0.0.1', 0);

  // Connecting begins before the server does.
  const events = new EventEmitter();
  const waiting = once(events, 'waiting');
  const connecting = connectTemporal(
    { address: `127.0.0.1:${String(port)}`, namespace: NAMESPACE },
    { deadlineMs: 60_000, onWaiting: (message) => events.emit('waiting', message) },
  );
  expect(await waiting).toEqual([expect.stringMatching(/^Temporal at 127\.0\.0\.1:\d+ cannot be reached \(.*\)\. Check TEMPORAL_ADDRESS.* Trying again\.$/)]);

  const started = await startEmbeddedServer({
    cli: found.path,
    searchPath,
    dataFile: join(folder, 'temporal.db'),
    logFile: join(folder, 'temporal.log'),
    namespace: NAMESPACE,
    port,
    uiPort: 0,
    choosePort: portOrFree,
  });
  if (!started.ok) throw new Error(started.message);
  server = started.server;
  const connected = await connecting;
  if (!connected.ok) throw new Error(connected.message);
  temporal = connected.temporal;
}, 300_000);

afterAll(async () => {
  await temporal.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('connectTemporal', () => {
  it('gives client and worker one connection, in the namespace', () => {
    expect(temporal.client.connection).toBe(temporal.connection);
    expect(temporal.client.options.namespace).toBe(NAMESPACE);
  });

  it('tells at the deadline that the namespace is missing', async () => {
    expect(await connectTemporal({ address: server.address, namespace: 'nowhere' }, { deadlineMs: 200 })).toMatchObject({
      ok: false,
      message: expect.stringContaining('has no namespace nowhere. Create it (temporal operator namespace create --namespace nowhere)') as string,
    });
  });

  it('tells at the deadline that nothing listens, or that it does not answer', async () => {
    const { port } = await portOrFree('127.0.0.1', 0);
    const address = `127.0.0.1:${String(port)}`;
    expect(await connectTemporal({ address, namespace: NAMESPACE }, { deadlineMs: 200 })).toMatchObject({
      ok: false,
      message: expect.stringContaining(`${address} cannot be reached (Connection refused)`) as string,
    });

    const silent = createServer().listen(port, '127.0.0.1');
    await once(silent, 'listening');
    expect(await connectTemporal({ address, namespace: NAMESPACE }, { deadlineMs: 200 })).toMatchObject({
      ok: false,
      message: expect.stringContaining(`${address} does not answer`) as string,
    });
    silent.close();
  });

  it('does not wait where credentials are refused', async () => {
    const refusing = createHttp2Server();
    refusing.on('stream', (stream) => stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16', 'grpc-message': 'no' }, { endStream: true }));
    refusing.listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    const place = refusing.address();
    const address = `127.0.0.1:${String(typeof place === 'object' && place !== null ? place.port : 0)}`;
    expect(await connectTemporal({ address, namespace: NAMESPACE }, { deadlineMs: 3_600_000 })).toMatchObject({
      ok: false,
      message: expect.stringContaining('refuses our credentials. Check TEMPORAL_API_KEY') as string,
    });
    refusing.close();
  });

  it('does not wait for a certificate that is not there', async () => {
    const tls = {
      clientCertPath: join(folder, 'no.pem'),
      clientCertData: null,
      clientKeyPath: null,
      clientKeyData: null,
      serverCaCertPath: null,
      serverCaCertData: null,
      serverName: null,
    };
    expect(await connectTemporal({ address: server.address, namespace: NAMESPACE, tls }, { deadlineMs: 3_600_000 })).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^TEMPORAL_TLS_CLIENT_CERT_PATH: .*no\.pem cannot be read \(ENOENT\)/) as string,
    });
  });
});

describe('ensureSearchAttributes', () => {
  it('finds those of the embedded server, and creates what is missing', async () => {
    const { connection } = temporal;
    expect(await ensureSearchAttributes(connection, NAMESPACE)).toEqual({ ok: true, created: [] });
    await connection.operatorService.removeSearchAttributes({ namespace: NAMESPACE, searchAttributes: ['LeadRoute', 'BuyerId'] });
    await expect.poll(() => ensureSearchAttributes(connection, NAMESPACE), { timeout: 30_000 }).toEqual({ ok: true, created: ['LeadRoute', 'BuyerId'] });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: NAMESPACE });
    expect(customAttributes).toMatchObject({ LeadSource: 2, LeadStatus: 2, LeadRoute: 2, BuyerId: 7 });
  });

  it('warns with the command to run where it cannot', async () => {
    expect(await ensureSearchAttributes(temporal.connection, 'nowhere')).toMatchObject({
      ok: false,
      warning: expect.stringContaining('temporal operator search-attribute create --namespace nowhere --name LeadSource --type Keyword') as string,
    });
  });
});
