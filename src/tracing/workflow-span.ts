import type { Sinks } from '@temporalio/workflow';

/** The header in which a trace goes from client to workflow to activity: the one of the SDK's own interceptors. */
export const TRACE_HEADER = '_tracer-data';

/** A workflow's run as the sandbox tells it; times in milliseconds since 1970, by the workflow's own clock. */
export interface WorkflowSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  startedAtMs: number;
  endedAtMs: number;
  workflowId: string;
  runId: string;
  /** The type of its failure; null when it ended well. */
  failure: string | null;
}

/** How spans leave the sandbox. */
export interface WorkflowSpanSinks extends Sinks {
  leadrailTracing: { ended(span: WorkflowSpan): void };
}

/** What of a `traceparent` a span's children need. */
export interface TraceParent {
  traceId: string;
  spanId: string;
  isSampled: boolean;
}

/** Ids of zeros alone are none. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Reads a W3C `traceparent` of version 00; null for anything else. */
export function readTraceParent(text: unknown): TraceParent | null {
  const [, traceId, spanId, flags] = typeof text === 'string' ? (TRACEPARENT.exec(text) ?? []) : [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Writes a W3C `traceparent`. */
export function traceParentText({ traceId, spanId, isSampled }: TraceParent): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}
