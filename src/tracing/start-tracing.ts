import { setTimeout as delay } from 'node:timers/promises';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResourcesSync, envDetectorSync, Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { describeError } from '../domain/describe-error.ts';
import { carefulExporter, type WarningLog } from './careful-exporter.ts';
import { traceParentPropagator } from './trace-parent-propagator.ts';
import { tracedActivities } from './traced-activities.ts';
import { tracedClient } from './traced-client.ts';
import { tracedHttpClient } from './traced-http-client.ts';
import { tracedRequests } from './traced-requests.ts';
import type { Tracing, TracingOptions } from './tracing.ts';
import { workflowSpanSinks } from './workflow-sink.ts';

/** A shutdown waits no longer than this for a collector. */
const LAST_EXPORT_WITHIN_MS = 3_000;

/**
 * Starts tracing: spans go out in batches over OTLP/HTTP, as JSON. Import this module only when tracing is on, for it loads
 * OpenTelemetry; sampler, headers, timeouts and batches are read from the standard OTEL_ variables there.
 */
export function startTracing(options: TracingOptions, log: WarningLog): Tracing {
  const resource = resourceOf(options);
  const exporter = carefulExporter(new OTLPTraceExporter({ url: options.tracesUrl }), log, () => performance.now());
  const processor = new BatchSpanProcessor(exporter);
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
  // For context and propagation, of which there is one a process. The first one stays: they hold nothing of a system.
  provider.register({ propagator: traceParentPropagator });
  const tracer = provider.getTracer('leadrail', options.serviceVersion);
  return {
    clientInterceptor: tracedClient(tracer),
    worker: { activityInterceptors: tracedActivities(tracer), sinks: workflowSpanSinks(processor, provider.resource) },
    serve: (listener) => tracedRequests(listener, tracer),
    http: (client) => tracedHttpClient(client, tracer),
    close: () => endWithin(LAST_EXPORT_WITHIN_MS, provider.shutdown(), log),
  };
}

/** Who the spans are from: what OTEL_RESOURCE_ATTRIBUTES says goes before our default, and a name that was chosen before both. */
function resourceOf({ serviceName, isNameChosen, serviceVersion }: TracingOptions): Resource {
  const named = new Resource({ 'service.name': serviceName });
  const ours = new Resource({ 'service.version': serviceVersion }).merge(named);
  const all = ours.merge(detectResourcesSync({ detectors: [envDetectorSync] }));
  return new Resource((isNameChosen ? all.merge(named) : all).attributes);
}

async function endWithin(ms: number, ending: Promise<void>, log: WarningLog): Promise<void> {
  const bound = new AbortController();
  const ended = ending.then(
    () => 'ended' as const,
    (error: unknown) => ({ error }),
  );
  const end = await Promise.race([ended, delay(ms, 'late' as const, { signal: bound.signal })]);
  bound.abort();
  if (end === 'late') log.warn({ waitedMs: ms }, 'the collector did not take the last traces in time; they are lost');
  else if (end !== 'ended') log.warn(describeError(end.error), 'the last traces could not be sent; they are lost');
}
