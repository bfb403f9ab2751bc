import type { RequestListener } from 'node:http';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import type { HttpClient } from '../egress/http-client.ts';
import type { WorkflowSpanSinks } from './workflow-span.ts';

/** Where the parts of the system are joined to traces. Off, there is none, and nothing of OpenTelemetry is loaded. */
export interface Tracing {
  /** For the Temporal client: a span for each start or signal of a workflow, which the workflow's own continue. */
  clientInterceptor: WorkflowClientInterceptor;
  worker: WorkerTracing;
  /** The same request listener, with a server span around each call of the API. */
  serve(listener: RequestListener): RequestListener;
  /** The same client, with a client span around each request. Nothing is added to what goes out. */
  http(client: HttpClient): HttpClient;
  /** Sends what is left, for as long as the bound allows, and ends. Never rejects. */
  close(): Promise<void>;
}

/** For a worker, beside the workflow bundle with `workflow-interceptors.ts` inside. */
export interface WorkerTracing {
  activityInterceptors: ActivityInterceptorsFactory[];
  sinks: InjectedSinks<WorkflowSpanSinks>;
}

/** Where traces go, and as whose. What is not here (sampler, headers, batch sizes) OpenTelemetry reads from its own variables. */
export interface TracingOptions {
  /** Full URL of the collector's traces, e.g. `http://collector:4318/v1/traces`. */
  tracesUrl: string;
  serviceName: string;
  /** True when somebody chose the name: it goes before one in OTEL_RESOURCE_ATTRIBUTES. */
  isNameChosen: boolean;
  serviceVersion: string;
}
