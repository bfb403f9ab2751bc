import { pino, type DestinationStream, type Logger } from 'pino';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { describeError } from '../domain/describe-error.ts';
import { currentLogContext } from '../log-context/log-context.ts';
import { portOrFree } from '../settings/free-port.ts';
import type { Settings } from '../settings/settings.ts';

/** Where credentials could stand in what is logged. Nothing of ours logs them; this is the second lock on that door. */
const NEVER_LOGGED = ['*.authorization', '*.password', '*.token', '*.secret', '*.apiKey', 'headers', '*.headers', 'body', '*.body', 'fields', '*.fields'];

/** Structured logs on standard error, or where `destination` says: a JSON object a line: ids and codes, no personal data; each with the ids of the work it is written for. */
export function createLog({ logLevel }: Pick<Settings, 'logLevel'>, destination: DestinationStream = pino.destination(2)): Logger {
  return pino({ level: logLevel, mixin: currentLogContext, redact: { paths: NEVER_LOGGED, censor: '********' }, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/** Nobody but this process reads the SDK's metrics there: they go out through `/metrics`. */
const METRICS_HOST = '127.0.0.1';
/** A free port can be taken by somebody else before the SDK has it. */
const PORTS_TRIED = 3;

/**
 * The Temporal SDK logs through ours: one stream, one level; its own information is for debugging. Gives the address of its
 * own metrics; null when no port could be had for them, which the log tells: a worker without metrics still works.
 */
export async function installTemporalRuntime(log: Logger): Promise<{ metricsUrl: string | null }> {
  let failure: unknown;
  for (let tried = 0; tried < PORTS_TRIED; tried += 1) {
    const { port } = await portOrFree(METRICS_HOST, 0);
    try {
      install(log, `${METRICS_HOST}:${port}`);
      return { metricsUrl: `http://${METRICS_HOST}:${port}/metrics` };
    } catch (error) {
      failure = error;
    }
  }
  log.warn(describeError(failure), 'the Temporal SDK runs without its own metrics: it could not listen on loopback');
  install(log, null);
  return { metricsUrl: null };
}

function install(log: Logger, metricsAddress: string | null): void {
  const sdk = log.child({ part: 'temporal' });
  const quieter = { TRACE: 'trace', DEBUG: 'trace', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
  Runtime.install({
    // Signals end the parts in our order: API, worker, connections, servers.
    shutdownSignals: [],
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => sdk[quieter[level]](identifiers(meta ?? {}), message)),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      // Named and measured as Prometheus has it: seconds, and `_total` for counters.
      ...(metricsAddress === null ? {} : { metrics: { prometheus: { bindAddress: metricsAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true } } }),
    },
  });
}

/** Of what the SDK says beside its message, only what identifies: an error's own text can quote what an activity worked on. */
function identifiers(meta: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(meta).filter(([key]) => SDK_IDENTIFIERS.has(key)));
}

const SDK_IDENTIFIERS: ReadonlySet<string> = new Set(['workflowId', 'runId', 'workflowType', 'activityId', 'activityType', 'attempt', 'taskQueue', 'state', 'sdkComponent']);
