import { SpanKind, SpanStatusCode, TraceFlags, type HrTime } from '@opentelemetry/api';
import type { IResource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { InjectedSinks } from '@temporalio/worker';
import { ATTRIBUTE } from './attributes.ts';
import type { WorkflowSpan, WorkflowSpanSinks } from './workflow-span.ts';

/** Takes the spans that workflows tell of; not again when a workflow is replayed. */
export function workflowSpanSinks(processor: SpanProcessor, resource: IResource): InjectedSinks<WorkflowSpanSinks> {
  return { leadrailTracing: { ended: { fn: (_workflow, span) => processor.onEnd(readable(span, resource)), callDuringReplay: false } } };
}

function readable(span: WorkflowSpan, resource: IResource): ReadableSpan {
  const { traceId, spanId, parentSpanId, startedAtMs, endedAtMs, workflowId, runId, failure } = span;
  const spanContext = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
  return {
    name: span.name,
    kind: SpanKind.INTERNAL,
    spanContext: () => spanContext,
    parentSpanId,
    startTime: hrTime(startedAtMs),
    endTime: hrTime(endedAtMs),
    duration: hrTime(endedAtMs - startedAtMs),
    ended: true,
    status: { code: failure === null ? SpanStatusCode.OK : SpanStatusCode.ERROR },
    attributes: { [ATTRIBUTE.workflowId]: workflowId, [ATTRIBUTE.runId]: runId, ...(failure === null ? {} : { [ATTRIBUTE.errorType]: failure }) },
    links: [],
    events: [],
    resource,
    instrumentationLibrary: { name: 'leadrail-workflow' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** OpenTelemetry's time: whole seconds, and the nanoseconds beyond them. */
function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1_000_000)];
}
