import { SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { leadIdOf } from '../log-context/activity-subject.ts';
import { allowedAttributes, ATTRIBUTE } from './attributes.ts';

/** What Temporal says to a second start of the same workflow: the sweep makes sure of leads that way, and all is well. */
const EXPECTED_ERRORS: ReadonlySet<string> = new Set(['WorkflowExecutionAlreadyStartedError']);

/**
 * A span as it may leave: named attributes only, no texts of errors, no stack traces, no state of the caller's tracing system.
 * So whatever an instrumentation writes into a span, no person's data and no buyer's words get out. The lead's id is added
 * where the workflow's says it.
 */
export function exportedSpan(span: ReadableSpan): ReadableSpan {
  const attributes = allowedAttributes(span.attributes);
  const workflowId = attributes[ATTRIBUTE.workflowId];
  const leadId = typeof workflowId === 'string' ? leadIdOf(workflowId) : null;
  const { traceId, spanId, traceFlags, isRemote } = span.spanContext();
  const spanContext = { traceId, spanId, traceFlags, ...(isRemote === undefined ? {} : { isRemote }) };
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => spanContext,
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    status: { code: EXPECTED_ERRORS.has(String(attributes[ATTRIBUTE.errorType])) ? SpanStatusCode.UNSET : span.status.code },
    attributes: { ...(leadId === null ? {} : { [ATTRIBUTE.lead]: leadId }), ...attributes },
    links: [],
    events: [],
    resource: span.resource,
    instrumentationLibrary: span.instrumentationLibrary,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}
