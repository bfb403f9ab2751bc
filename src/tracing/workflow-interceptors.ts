import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { ContinueAsNew, proxySinks, workflowInfo, type WorkflowInterceptors, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { readTraceParent, TRACE_HEADER, traceParentText, type TraceParent, type WorkflowSpanSinks } from './workflow-span.ts';

/** A buyer's entity lives for months: its life is no trace. The activities it asks for are traces of their own. */
const TRACED_TYPES: ReadonlySet<string> = new Set(['lead', 'redelivery', 'fanOut', 'failover']);
/** A span's id is half as long as a run's, whose second half is random. */
const SPAN_ID_DIGITS = 16;

/**
 * Runs in the workflow sandbox: a span over each run, and its context to the activities and children. It adds no command, no
 * random number and no step to what is awaited, so that a history replays alike with tracing and without. The SDK's own
 * interceptors would load OpenTelemetry anew into every workflow.
 */
export const interceptors: WorkflowInterceptorsFactory = () => (TRACED_TYPES.has(workflowInfo().workflowType) ? traced() : {});

function traced(): WorkflowInterceptors {
  let header: Record<string, Payload> = {};
  return {
    inbound: [
      {
        execute(input, next) {
          const { runId } = workflowInfo();
          const parent = parentIn(input.headers[TRACE_HEADER]);
          const spanId = runId.replaceAll('-', '').slice(-SPAN_ID_DIGITS);
          if (parent === null || !/^[0-9a-f]{16}$/.test(spanId)) return next(input);
          header = { [TRACE_HEADER]: defaultPayloadConverter.toPayload({ traceparent: traceParentText({ ...parent, spanId }) }) };
          const running = next(input);
          if (parent.isSampled) tellEnd(running, parent, spanId);
          return running;
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next({ ...input, headers: { ...input.headers, ...header } }),
        startChildWorkflowExecution: (input, next) => next({ ...input, headers: { ...input.headers, ...header } }),
      },
    ],
  };
}

function parentIn(header: Payload | undefined): TraceParent | null {
  const carrier: unknown = header === undefined ? null : defaultPayloadConverter.fromPayload(header);
  return typeof carrier === 'object' && carrier !== null && 'traceparent' in carrier ? readTraceParent(carrier.traceparent) : null;
}

/** Beside the run, not around it: nobody waits for the telling. */
function tellEnd(running: Promise<unknown>, parent: TraceParent, spanId: string): void {
  const { workflowType, workflowId, runId, runStartTime } = workflowInfo();
  const { leadrailTracing } = proxySinks<WorkflowSpanSinks>();
  const tell = (failure: string | null) =>
    leadrailTracing.ended({
      name: `RunWorkflow:${workflowType}`,
      traceId: parent.traceId,
      spanId,
      parentSpanId: parent.spanId,
      startedAtMs: runStartTime.getTime(),
      endedAtMs: Date.now(),
      workflowId,
      runId,
      failure,
    });
  running.then(
    () => tell(null),
    (error: unknown) => tell(error instanceof ContinueAsNew ? null : error instanceof Error ? error.name : 'unknown'),
  );
}
