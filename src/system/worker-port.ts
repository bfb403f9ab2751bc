import express, { type ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { RETRY_AFTER_SECONDS } from '../api/http/problem.ts';
import { readReadiness, type Readiness } from '../api/health/readiness.ts';
import { listen } from '../api/server.ts';
import { describeError } from '../domain/describe-error.ts';
import { portOrFree } from '../settings/free-port.ts';
import type { Announce, WorkerFoundation } from './foundation.ts';
import { VERSION } from './version.ts';
import type { RunningWorker } from './worker-part.ts';

/** As the API's, with one part more. A worker that cannot work is `unready` whatever it misses: it is never `degraded`. */
export interface WorkerReadiness {
  status: 'ready' | 'unready';
  store: Readiness['store'];
  temporal: Readiness['temporal'];
  /** `away` while it starts and once it stops: it takes no work. */
  worker: 'ok' | 'away';
}

const NO_SUCH_ADDRESS = 'There is nothing at this address. A worker has /healthz, /readyz and /metrics.\n';

/**
 * Serves `/healthz`, `/readyz` and `/metrics` of a worker on its own, without keys, until the foundation is closed; gives the
 * address. Started before the worker it is closed after it: who looks sees it start and drain.
 */
export async function startWorkerPort(foundation: WorkerFoundation, announce: Announce, worker: () => RunningWorker | null): Promise<string> {
  const { settings, log, metrics, closers } = foundation;
  const { port, wanted, replaced } = await portOrFree(settings.host, settings.workerPort);
  if (replaced) announce(`Port ${wanted} is taken; the worker uses ${port} instead`);
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok', version: VERSION }));
  app.get('/readyz', async (_request, response) => {
    const readiness = await readWorkerReadiness(foundation, worker);
    if (readiness.status === 'unready') response.status(503).set('retry-after', String(RETRY_AFTER_SECONDS));
    response.json(readiness);
  });
  app.get('/metrics', async (_request, response) => void response.type(metrics.contentType).send(await metrics.scrape()));
  app.use((_request, response) => void response.status(404).type('text/plain').send(NO_SUCH_ADDRESS));
  app.use(unexpected(log));
  const server = await listen(app, settings.host, port);
  closers.add('port of the worker', () => server.close());
  return server.url;
}

async function readWorkerReadiness(foundation: WorkerFoundation, worker: () => RunningWorker | null): Promise<WorkerReadiness> {
  const { store, temporal } = await readReadiness(foundation);
  const polls = worker()?.polls() ?? false;
  return { status: store === 'ok' && temporal === 'ok' && polls ? 'ready' : 'unready', store, temporal, worker: polls ? 'ok' : 'away' };
}

/** As the API does it: an id for who asked, the place in the log, and the error's own text nowhere. */
function unexpected(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const errorId = uuidv7();
    log.error({ errorId, method: request.method, fault: describeError(error) }, 'a request to the worker’s port ended in an unexpected error');
    response.status(500).type('text/plain').send(`Something unexpected happened here; it was logged under ${errorId}.\n`);
  };
}
