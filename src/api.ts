import { startApiPart } from './system/api-part.ts';
import { openFoundation } from './system/foundation.ts';
import { runPart } from './system/run.ts';

/** The HTTP API alone, against a PostgreSQL and a Temporal server of one's own. */
await runPart(async ({ settings, log, announce, temporalSdkMetricsUrl, opened }) => {
  const foundation = await openFoundation(settings, log, announce, { temporalSdkMetricsUrl, service: 'leadrail-api' });
  opened(foundation);
  announce(`The API runs: ${await startApiPart(foundation, announce)}`);
});
