import { createApi } from '../api/app.ts';
import { createBuyerSync } from '../api/config/buyer-sync.ts';
import { DEFAULT_BODY_LIMIT_BYTES } from '../api/dependencies.ts';
import { createLeadStarter } from '../api/intake/lead-starter.ts';
import { createRedelivery } from '../api/redelivery/create-redelivery.ts';
import { listen } from '../api/server.ts';
import { createHttpClient } from '../egress/undici-http-client.ts';
import { countSweep } from '../metrics/count-sweep.ts';
import { portOrFree } from '../settings/free-port.ts';
import { Sweeper } from '../worker/sweeper.ts';
import { StartProblem, type Announce, type Foundation } from './foundation.ts';
import { installationOf } from './installation.ts';
import { startingInContext, withRequestContext } from './request-context.ts';
import { VERSION } from './version.ts';

/** Serves the API and the page until the foundation is closed; gives the address. */
export async function startApiPart(foundation: Foundation, announce: Announce): Promise<string> {
  const { settings, log, store, configuration, engine, metrics, tracing, adminKey, closers } = foundation;
  await applyConfigFile(foundation, announce);
  const clock = () => new Date();
  const leadStarter = startingInContext(engine, (starting) => createLeadStarter({ engine: starting, leads: store.leads, log, clock }));
  closers.add('lead starter', () => leadStarter.close());
  const connections = createHttpClient({ allowedNetworks: settings.allowedNetworks });
  const http = tracing === null ? connections : tracing.http(connections);
  closers.add('outgoing connections of the API', () => http.close());
  const buyerSync = createBuyerSync({ configuration, engine, log });
  const { port, wanted, replaced } = await portOrFree(settings.host, settings.port);
  if (replaced) announce(`Port ${wanted} is taken; the API uses ${port} instead`);
  const address = `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`;
  const app = createApi({
    store,
    configuration,
    engine,
    http,
    installation: installationOf(settings),
    settings: { publicUrl: settings.publicUrl ?? address, adminKey, bodyLimitBytes: DEFAULT_BODY_LIMIT_BYTES, version: VERSION, resendWebhookSecret: settings.resendWebhookSecret },
    log,
    clock,
    redeliver: createRedelivery({ store, configuration, engine, log }),
    leadStarter,
    buyerSync,
    metrics,
  });
  const server = await listen(withRequestContext(tracing === null ? app : tracing.serve(app)), settings.host, port);
  closers.add('API', () => server.close());
  buyerSync.request();
  // Entities that Temporal could not be told of are told as soon as it answers.
  const sweeper = new Sweeper(() => countSweep(metrics, 'buyer-sync', () => buyerSync.run()), log);
  closers.add('buyer sync', () => sweeper.close());
  sweeper.start();
  return address;
}

async function applyConfigFile({ settings, configuration }: Foundation, announce: Announce): Promise<void> {
  if (settings.configFile === null) return;
  const applied = await configuration.applyFile(settings.configFile);
  if (!applied.ok) {
    const lines = applied.mistakes.map(({ path, message }) => `  ${path}: ${message}`);
    throw new StartProblem([`${settings.configFile} was not applied:`, ...lines].join('\n'));
  }
  announce(`Configuration version ${applied.version} is in force (${settings.configFile}${applied.changed ? '' : ', unchanged'})`);
  for (const { path, message } of applied.warnings) announce(`  note: ${path}: ${message}`);
}
