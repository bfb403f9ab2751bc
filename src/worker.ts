import { openFoundation } from './system/foundation.ts';
import { runPart } from './system/run.ts';
import { startWorkerPart } from './system/worker-part.ts';

/** A worker alone, against a PostgreSQL and a Temporal server of one's own. */
await runPart(async ({ settings, log, announce, stop, opened }) => {
  const foundation = await openFoundation(settings, log, announce);
  opened(foundation);
  await startWorkerPart(foundation, stop);
  announce('A worker runs');
});
