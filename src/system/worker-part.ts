import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createActivities } from '../activities/activities.ts';
import { BreakerReporter } from '../activities/gate/breaker-reporter.ts';
import { GateReader } from '../activities/gate/gate-reader.ts';
import { RowLine } from '../activities/sheets/row-line.ts';
import { SharedTokens } from '../channels/tokens/shared-tokens.ts';
import { describeError } from '../domain/describe-error.ts';
import { createHttpClient } from '../egress/undici-http-client.ts';
import { countSweep } from '../metrics/count-sweep.ts';
import { TASK_QUEUE, workerIdentity, workerWorkflowId } from '../temporal/names.ts';
import { createSheetWaker } from '../temporal/sheet-waker.ts';
import { createWorkerWatch } from '../temporal/worker-watch.ts';
import { createWorker } from '../worker/create-worker.ts';
import { HealthProber } from '../worker/health-prober.ts';
import { LifeSigns } from '../worker/life-signs.ts';
import { sweep } from '../worker/sweep.ts';
import { Sweeper } from '../worker/sweeper.ts';
import { StartProblem, type WorkerFoundation } from './foundation.ts';
import { installationOf } from './installation.ts';

const REVIVE_EVERY_MS = 300_000;
/** How late a health check may be beyond its own interval. */
const LOOK_FOR_DUE_CHECKS_EVERY_MS = 1_000;
/** As often as a PostgreSQL server looks for tables to vacuum. */
const VACUUM_EVERY_MS = 60_000;

/** A worker that was started. */
export interface RunningWorker {
  /** Whether it takes work at this moment. */
  polls(): boolean;
}

/** Runs the worker, and the sweep behind it, until the foundation is closed. `onLost` is called when the worker ends by itself. */
export async function startWorkerPart(foundation: WorkerFoundation, onLost: (error: unknown) => void): Promise<RunningWorker> {
  const { settings, log, store, configuration, temporal, engine, metrics, tracing, closers } = foundation;
  const connections = createHttpClient({ allowedNetworks: settings.allowedNetworks });
  const http = tracing === null ? connections : tracing.http(connections);
  closers.add('outgoing connections', () => http.close());
  const tokens = new SharedTokens({
    store: store.tokens,
    onAheadFailed: ({ buyer, destination }, code) => log.warn({ buyer, destination, code }, 'the next access token could not be got ahead of time; the one in force goes on'),
  });
  closers.add('token calls', () => tokens.close());
  const rows = new RowLine({ store: store.sheetRows, wake: createSheetWaker({ client: temporal.client, taskQueue: TASK_QUEUE }), pause: (ms) => delay(ms), nowMs: () => performance.now(), log });
  const reporter = new BreakerReporter(
    async (buyer, report) => {
      try {
        await engine.report(buyer, report);
      } catch (error) {
        metrics.breakerReported({ buyer, destination: report.destination, result: 'failed' });
        throw error;
      }
      metrics.breakerReported({ buyer, destination: report.destination, result: 'sent' });
    },
    (ms) => delay(ms),
    (buyer, error) => log.warn({ buyer, ...describeError(error) }, 'a report to a buyer’s breaker waits until Temporal answers'),
  );
  closers.add('breaker reports', () => reporter.close());
  const start = randomUUID();
  const identity = workerIdentity(start);
  const watch = createWorkerWatch({ client: temporal.client, taskQueue: TASK_QUEUE });
  const lifeSigns = new LifeSigns(watch, { workflowId: workerWorkflowId(start), identity }, log, () => performance.now());
  const activities = createActivities({
    watch,
    identity,
    hadTrouble: () => lifeSigns.hadTrouble,
    store,
    configuration,
    engine,
    http,
    tokens,
    rows,
    installation: installationOf(settings),
    reporter,
    gates: new GateReader(store.gates, () => performance.now()),
    clock: () => new Date(),
    random: Math.random,
    // An abort only ends the wait: whoever waits looks at the signal.
    pause: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
    log,
    metrics,
  });
  const worker = await createWorker({
    connection: temporal.connection,
    namespace: settings.temporal.namespace,
    taskQueue: TASK_QUEUE,
    identity,
    activities,
    shutdownGraceMs: settings.shutdownGraceMs,
    tracing: tracing?.worker,
  });
  let hasDrained = false;
  // What a worker that broke down had in its hands is for its watch: that takes silence.
  closers.add('signs of life', () => lifeSigns.close({ inOrder: hasDrained }));
  lifeSigns.start();
  let isStopping = false;
  const running = worker.run();
  // An end that nobody asked for leaves accepted leads undelivered: the process must not go on as if nothing were.
  running.then(() => isStopping || onLost(new StartProblem('the worker ended by itself')), onLost);
  closers.add('worker', async () => {
    isStopping = true;
    worker.shutdown();
    await running;
    hasDrained = true;
  });
  const polls = () => worker.getState() === 'RUNNING';
  metrics.watchWorker(polls);
  const sweeper = new Sweeper(() => countSweep(metrics, 'leads', () => sweep({ store, engine, log, metrics }, new Date())), log);
  closers.add('sweep', () => sweeper.close());
  sweeper.start();
  // An entity that somebody ended, or a Temporal that came back empty: signals from the CLI must find every buyer.
  const revive = async () => engine.reviveBuyers((await configuration.current())?.config.buyers.map(({ id }) => id) ?? []);
  const reviver = new Sweeper(() => countSweep(metrics, 'buyers', revive), log, REVIVE_EVERY_MS);
  closers.add('revival of buyers', () => reviver.close());
  reviver.start();
  const prober = new HealthProber({ configuration, healthChecks: store.healthChecks, http, reporter, log });
  closers.add('health checks', () => prober.close());
  const dueChecks = new Sweeper(() => prober.beginDue(), log, LOOK_FOR_DUE_CHECKS_EVERY_MS);
  closers.add('turns of health checks', () => dueChecks.close());
  dueChecks.start();
  const cleaner = new Sweeper(() => store.vacuum(), log, VACUUM_EVERY_MS);
  closers.add('vacuum', () => cleaner.close());
  cleaner.start();
  return { polls };
}
