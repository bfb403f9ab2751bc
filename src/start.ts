import { startApiPart } from './system/api-part.ts';
import { openFoundation } from './system/foundation.ts';
import { runEmbedded } from './system/run.ts';
import { startWorkerPart } from './system/worker-part.ts';

/** The whole system in one process; Temporal and the database run inside unless settings name others. */
await runEmbedded(async ({ settings, log, announce, temporalSdkMetricsUrl, stop, opened }) => {
  const foundation = await openFoundation(settings, log, announce, { temporalSdkMetricsUrl });
  opened(foundation);
  const [address] = await Promise.all([startApiPart(foundation, announce), startWorkerPart(foundation, stop)]);
  announce(`Leadrail runs: ${address} (API description at ${address}/docs)`);
  if (foundation.uiUrl !== null) announce(`Temporal UI: ${foundation.uiUrl}`);
});
