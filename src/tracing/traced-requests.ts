import { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage, RequestListener } from 'node:http';
import { context, defaultTextMapGetter, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { addToLogContext, currentLogContext } from '../log-context/log-context.ts';
import { ATTRIBUTE } from './attributes.ts';
import { traceParentPropagator } from './trace-parent-propagator.ts';

/** Pages, probes and metrics are read every few seconds and start nothing. */
const TRACED_PATHS = /^\/(?:v1|hooks)\//;
const FIRST_SERVER_ERROR = 500;

/** Puts a server span around each call, in the trace that the caller's `traceparent` names. Addresses show as their template, without values. */
export function tracedRequests(listener: RequestListener, tracer: Tracer): RequestListener {
  return (request, response) => {
    if (!TRACED_PATHS.test(request.url ?? '')) {
      listener(request, response);
      return;
    }
    const method = request.method ?? '';
    const parent = traceParentPropagator.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter);
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes: { [ATTRIBUTE.method]: method } }, parent);
    const end = () => {
      const route = routeOf(request);
      if (route !== null) span.updateName(`${method} ${route}`).setAttribute(ATTRIBUTE.route, route);
      const { leadId } = currentLogContext();
      if (leadId !== undefined) span.setAttribute(ATTRIBUTE.lead, leadId);
      if (response.writableFinished) span.setAttribute(ATTRIBUTE.status, response.statusCode);
      const error = !response.writableFinished ? 'connection-closed' : response.statusCode >= FIRST_SERVER_ERROR ? String(response.statusCode) : null;
      if (error !== null) span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute(ATTRIBUTE.errorType, error);
      span.end();
    };
    context.with(trace.setSpan(parent, span), () => {
      addToLogContext({ traceId: span.spanContext().traceId });
      // Events run in the context of whoever raises them: this one is to know the lead of its request.
      response.once('close', AsyncResource.bind(end));
      listener(request, response);
    });
  };
}

/** The template that Express has found, written as the API's description writes it: `/v1/leads/{id}`. */
function routeOf(request: IncomingMessage): string | null {
  const route: unknown = 'route' in request ? request.route : null;
  if (typeof route !== 'object' || route === null || !('path' in route) || typeof route.path !== 'string') return null;
  return route.path.replaceAll(/:(\w+)/g, '{$1}');
}
