import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { describeError } from '../domain/describe-error.ts';
import { withoutLogContext } from '../log-context/log-context.ts';
import { exportedSpan } from './exported-span.ts';

/** As much of a log as is needed here. */
export interface WarningLog {
  warn(facts: object, message: string): void;
}

const TOLD_EVERY_MS = 60_000;

/**
 * An exporter that sends spans only as `exportedSpan` leaves them, and tells of failures at most once a minute, with how many
 * spans were lost since. `nowMs` never goes backwards.
 */
export function carefulExporter(exporter: SpanExporter, log: WarningLog, nowMs: () => number): SpanExporter {
  let toldAtMs = -Infinity;
  let spansLost = 0;
  const failed = (error: Error | undefined, spans: number) => {
    spansLost += spans;
    if (nowMs() - toldAtMs < TOLD_EVERY_MS) return;
    log.warn({ spansLost, error: describeError(error).name, code: codeOf(error) }, 'traces could not be sent to the collector; these spans are lost, leads are not affected');
    toldAtMs = nowMs();
    spansLost = 0;
  };
  return {
    export: (spans, done) =>
      exporter.export(spans.map(exportedSpan), (result) => {
        // The line is nobody's: a batch is of many leads, sent by whoever ended a span last.
        if (result.error !== undefined) withoutLogContext(() => failed(result.error, spans.length));
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush ? { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() } : {}),
  };
}

/** The system's code, or the HTTP status that the collector answered with. */
function codeOf(error: Error | undefined): string | number | undefined {
  return error !== undefined && 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : undefined;
}
