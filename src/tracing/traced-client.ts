import { trace, type Tracer } from '@opentelemetry/api';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry/lib/client/index.js';
import { ATTRIBUTE } from './attributes.ts';

/**
 * A span over each start and signal of a workflow, by the SDK's own interceptor. Not over what only asks (`describe`, queries):
 * the sweep asks every few seconds, for ever.
 */
export function tracedClient(tracer: Tracer): WorkflowClientInterceptor {
  const sdk = new OpenTelemetryWorkflowClientInterceptor({ tracer });
  return {
    startWithDetails: (input, next) => sdk.startWithDetails(input, (sent) => notingError(next(sent))),
    signal: (input, next) => sdk.signal(input, (sent) => notingError(next(sent))),
    signalWithStart: (input, next) => sdk.signalWithStart(input, (sent) => notingError(next(sent))),
  };
}

/** The kind of an error, for its text is not exported. */
async function notingError<T>(call: Promise<T>): Promise<T> {
  const span = trace.getActiveSpan();
  try {
    return await call;
  } catch (error) {
    span?.setAttribute(ATTRIBUTE.errorType, error instanceof Error ? error.name : typeof error);
    throw error;
  }
}
