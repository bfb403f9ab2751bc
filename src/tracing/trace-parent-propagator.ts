import { trace, TraceFlags, type TextMapPropagator } from '@opentelemetry/api';
import { readTraceParent, traceParentText } from './workflow-span.ts';

const HEADER = 'traceparent';

/**
 * W3C trace context without `tracestate` and baggage: those are the caller's free text, and what is passed on stands in the
 * histories of workflows.
 */
export const traceParentPropagator: TextMapPropagator = {
  inject(context, carrier, setter) {
    const span = trace.getSpanContext(context);
    if (!span) return;
    setter.set(carrier, HEADER, traceParentText({ traceId: span.traceId, spanId: span.spanId, isSampled: (span.traceFlags & TraceFlags.SAMPLED) !== 0 }));
  },
  extract(context, carrier, getter) {
    const parent = readTraceParent(getter.get(carrier, HEADER));
    if (parent === null) return context;
    const { traceId, spanId, isSampled } = parent;
    return trace.setSpanContext(context, { traceId, spanId, traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true });
  },
  fields: () => [HEADER],
};
