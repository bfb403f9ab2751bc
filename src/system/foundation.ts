import { join } from 'node:path';
import type { Logger } from 'pino';
import { Configuration } from '../configuration/configuration.ts';
import { breakerStateFrom, initialBreakerState } from '../domain/breaker/buyer-breaker.ts';
import type { BreakerSettings } from '../domain/breaker/report.ts';
import { portOrFree } from '../settings/free-port.ts';
import { newAdminKey, newEncryptionKey } from '../settings/keys.ts';
import { openDataFolder, type DataFolder } from '../settings/data-folder.ts';
import { createMetrics, type Metrics } from '../metrics/metrics.ts';
import type { PartsSettings, Settings } from '../settings/settings.ts';
import { createEncryption } from '../store/encryption.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { findTemporalCli } from '../temporal/cli.ts';
import { connectTemporal, type TemporalConnection } from '../temporal/connection.ts';
import { startEmbeddedServer } from '../temporal/embedded-server.ts';
import type { Engine } from '../temporal/engine.ts';
import { TASK_QUEUE } from '../temporal/names.ts';
import { ensureSearchAttributes } from '../temporal/search-attributes.ts';
import { createEngine } from '../temporal/temporal-engine.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { Closers } from './closers.ts';
import { VERSION } from './version.ts';

/** What a worker stands on: one store, one connection to Temporal, one configuration, one set of metrics. */
export interface WorkerFoundation {
  settings: Settings;
  log: Logger;
  store: Store;
  configuration: Configuration;
  temporal: TemporalConnection;
  engine: Engine;
  metrics: Metrics;
  /** Null while it is off. */
  tracing: Tracing | null;
  uiUrl: string | null;
  closers: Closers;
}

/** What the API stands on: the same, and the key that opens it. */
export interface Foundation extends WorkerFoundation {
  adminKey: string;
  /** Null where nothing is embedded. */
  dataFolder: DataFolder | null;
}

export interface FoundationOptions {
  /** Whose spans they are when OTEL_SERVICE_NAME does not say it: `leadrail`, or `leadrail-worker` for a worker on its own. */
  service?: 'leadrail' | 'leadrail-api' | 'leadrail-worker';
  /** Where the Temporal SDK serves its own metrics; they are no part of ours unless given. */
  temporalSdkMetricsUrl?: string | null;
  /** The embedded Temporal server takes any free ports instead of its usual ones, so that many systems can start beside each other. */
  anyTemporalPort?: boolean;
}

/** Told to a person while things start: one line each. */
export type Announce = (line: string) => void;

/** A start that cannot go on, with what to do about it. */
export class StartProblem extends Error {
  override name = 'StartProblem';
}

const CONNECT_DEADLINE_MS = 60_000;

/** The breaker of a buyer that no configuration names any more but that is still spoken of, e.g. by a late report. */
const DEFAULT_BREAKER: BreakerSettings = { trips: 5, cooldownMs: 300_000, resume: 'auto' };

/** Opens store and Temporal, starting inside what is not set. Throws `StartProblem`; closes what it had opened. */
export async function openFoundation(settings: Settings, log: Logger, announce: Announce, options: FoundationOptions = {}): Promise<Foundation> {
  return closingOnFailure(log, async (closers) => {
    const dataFolder = await lockedDataFolder(settings, closers);
    const adminKey = settings.adminKey ?? (await generatedKey(dataFolder, 'admin-key', newAdminKey, 'The admin key', announce));
    const encryptionKeys = settings.encryptionKeys?.join(',') ?? (await generatedKey(dataFolder, 'encryption-key', newEncryptionKey, 'The key that encrypts secrets', announce));
    return { ...(await openParts(settings, encryptionKeys, log, announce, closers, options)), adminKey, dataFolder };
  });
}

/** As `openFoundation`, for a worker on its own: it needs no admin key and no data folder, so it makes and locks neither. */
export async function openWorkerFoundation(settings: PartsSettings, log: Logger, announce: Announce, options: FoundationOptions = {}): Promise<WorkerFoundation> {
  return closingOnFailure(log, (closers) => openParts(settings, settings.encryptionKeys.join(','), log, announce, closers, { service: 'leadrail-worker', ...options }));
}

async function closingOnFailure<T>(log: Logger, open: (closers: Closers) => Promise<T>): Promise<T> {
  const closers = new Closers();
  try {
    return await open(closers);
  } catch (error) {
    await closers.close(log);
    throw error;
  }
}

async function openParts(settings: Settings, encryptionKeys: string, log: Logger, announce: Announce, closers: Closers, options: FoundationOptions): Promise<WorkerFoundation> {
  const where = settings.databaseUrl === null ? ({ kind: 'embedded', dataDir: join(settings.dataDir, 'database') } as const) : ({ kind: 'postgres', url: settings.databaseUrl } as const);
  const store = await openStore(where, createEncryption(encryptionKeys));
  closers.add('store', () => store.close());
  const configuration = new Configuration({ store, clock: () => new Date() });
  // Opened before what makes spans, and so closed after it: the last ones are sent too.
  const tracing = await openTracing(settings, log, closers, options);
  const { address, uiUrl } = await temporalAddress(settings, announce, closers, options);
  const connected = await connectTemporal({ ...settings.temporal, address }, { deadlineMs: CONNECT_DEADLINE_MS, onWaiting: announce, clientInterceptors: tracing === null ? [] : [tracing.clientInterceptor] });
  if (!connected.ok) throw new StartProblem(connected.message);
  const { temporal } = connected;
  closers.add('connection to Temporal', () => temporal.close());
  const attributes = await ensureSearchAttributes(temporal.connection, settings.temporal.namespace);
  if (!attributes.ok) announce(attributes.warning);
  const engine = createEngine({ client: temporal.client, taskQueue: TASK_QUEUE, uiUrl, entityStart: (buyer) => entityStart(store, configuration, buyer) });
  const metrics = createMetrics({ version: VERSION, store, configuration, temporalSdkUrl: options.temporalSdkMetricsUrl ?? null, clock: () => new Date() });
  return { settings, log, store, configuration, temporal, engine, metrics, tracing, uiUrl, closers };
}

/** Loads OpenTelemetry only where traces are wanted. */
async function openTracing({ tracing }: Settings, log: Logger, closers: Closers, { service = 'leadrail' }: FoundationOptions): Promise<Tracing | null> {
  if (tracing === null) return null;
  const { startTracing } = await import('../tracing/start-tracing.ts');
  const opened = startTracing({ tracesUrl: tracing.tracesUrl, serviceName: tracing.serviceName ?? service, isNameChosen: tracing.serviceName !== null, serviceVersion: VERSION }, log);
  closers.add('traces', () => opened.close());
  return opened;
}

async function lockedDataFolder(settings: Settings, closers: Closers): Promise<DataFolder | null> {
  if (settings.databaseUrl !== null && settings.temporal.address !== null && settings.adminKey !== null && settings.encryptionKeys !== null) return null;
  const opened = await openDataFolder(settings.dataDir);
  if (!opened.ok) throw new StartProblem(opened.message);
  closers.add('data folder', () => opened.folder.release());
  return opened.folder;
}

async function generatedKey(folder: DataFolder | null, name: string, make: () => string, title: string, announce: Announce): Promise<string> {
  if (!folder) throw new StartProblem(`${title} is not set and there is no data folder to keep one in.`);
  const { value, path, created } = await folder.generated(name, make);
  if (created) announce(`${title} was made and is kept in ${path}`);
  return value;
}

async function temporalAddress(settings: Settings, announce: Announce, closers: Closers, { anyTemporalPort = false }: FoundationOptions): Promise<{ address: string; uiUrl: string | null }> {
  if (settings.temporal.address !== null) return { address: settings.temporal.address, uiUrl: settings.temporalUiUrl };
  const cli = await findTemporalCli({ explicitPath: settings.temporalCli, searchPath: settings.searchPath, onProgress: announce });
  if (!cli.ok) throw new StartProblem(cli.message);
  const started = await startEmbeddedServer({
    cli: cli.path,
    searchPath: settings.searchPath,
    dataFile: join(settings.dataDir, 'temporal.db'),
    logFile: join(settings.dataDir, 'temporal.log'),
    namespace: settings.temporal.namespace,
    ...(anyTemporalPort ? { port: 0, uiPort: 0 } : {}),
    choosePort: portOrFree,
    onNotice: announce,
  });
  if (!started.ok) throw new StartProblem(started.message);
  const { server } = started;
  closers.add('Temporal server', () => server.stop());
  for (const { port, wanted, replaced } of [server.port, server.uiPort]) if (replaced) announce(`Port ${wanted} is taken; Temporal uses ${port} instead`);
  return { address: server.address, uiUrl: settings.temporalUiUrl ?? server.uiUrl };
}

async function entityStart(store: Store, configuration: Configuration, buyer: string) {
  const [gate, current] = await Promise.all([store.gates.get(buyer), configuration.current()]);
  const settings = current?.config.buyers.find(({ id }) => id === buyer)?.breaker ?? DEFAULT_BREAKER;
  return { settings, state: gate ? breakerStateFrom(gate) : initialBreakerState(buyer) };
}
