import { openWorkerFoundation } from './system/foundation.ts';
import { runPart } from './system/run.ts';
import { startWorkerPart, type RunningWorker } from './system/worker-part.ts';
import { startWorkerPort } from './system/worker-port.ts';

/** A worker alone, against a PostgreSQL and a Temporal server of one's own. */
await runPart(async ({ settings, log, announce, temporalSdkMetricsUrl, stop, opened }) => {
  const foundation = await openWorkerFoundation(settings, log, announce, { temporalSdkMetricsUrl });
  opened(foundation);
  let worker: RunningWorker | null = null;
  const address = await startWorkerPort(foundation, announce, () => worker);
  worker = await startWorkerPart(foundation, stop);
  announce(`A worker runs: ${address} (/healthz, /readyz, /metrics)`);
});
