import { pino, type Logger } from 'pino';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Settings } from '../settings/settings.ts';

/** Where credentials could stand in what is logged. Nothing of ours logs them; this is the second lock on that door. */
const NEVER_LOGGED = ['*.authorization', '*.password', '*.token', '*.secret', '*.apiKey', 'headers', '*.headers', 'body', '*.body', 'fields', '*.fields'];

/** Structured logs on standard error, a JSON object a line: ids and codes, no personal data. */
export function createLog({ logLevel }: Pick<Settings, 'logLevel'>): Logger {
  return pino({ level: logLevel, redact: { paths: NEVER_LOGGED, censor: '********' }, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}

/** The Temporal SDK logs through ours: one stream, one level; its own information is for debugging. */
export function installTemporalRuntime(log: Logger): void {
  const sdk = log.child({ part: 'temporal' });
  const quieter = { TRACE: 'trace', DEBUG: 'trace', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
  Runtime.install({
    // Signals end the parts in our order: API, worker, connections, servers.
    shutdownSignals: [],
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => sdk[quieter[level]](identifiers(meta ?? {}), message)),
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) } },
  });
}

/** Of what the SDK says beside its message, only what identifies: an error's own text can quote what an activity worked on. */
function identifiers(meta: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(meta).filter(([key]) => SDK_IDENTIFIERS.has(key)));
}

const SDK_IDENTIFIERS: ReadonlySet<string> = new Set(['workflowId', 'runId', 'workflowType', 'activityId', 'activityType', 'attempt', 'taskQueue', 'state', 'sdkComponent']);
