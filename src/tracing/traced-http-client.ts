import { context, createContextKey, SpanKind, SpanStatusCode, type Attributes, type Context, type Span, type Tracer } from '@opentelemetry/api';
import type { HttpClient, HttpRequest, HttpExchange } from '../egress/http-client.ts';
import type { ActivitySubject, NamedDelivery } from '../log-context/activity-subject.ts';
import { ATTRIBUTE, deliveryAttributes } from './attributes.ts';

const SUBJECT = createContextKey('leadrail subject of an activity');
const FIRST_ERROR = 400;

/** The context in which requests are known to be made for this lead and these deliveries. */
export function contextFor(subject: ActivitySubject, within: Context): Context {
  return within.setValue(SUBJECT, subject);
}

/**
 * Puts a client span around each request: method, host, port, status; no path and no query, since these can carry a person's
 * data. The request itself goes out untouched, without a `traceparent`: a buyer gets what was promised, and nothing of ours.
 */
export function tracedHttpClient(client: HttpClient, tracer: Tracer): HttpClient {
  return {
    async exchange(request, options) {
      const span = tracer.startSpan(request.method, { kind: SpanKind.CLIENT, attributes: requestAttributes(request) });
      try {
        const exchange = await client.exchange(request, options);
        describeEnd(span, exchange);
        return exchange;
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute(ATTRIBUTE.errorType, error instanceof Error ? error.name : typeof error);
        throw error;
      } finally {
        span.end();
      }
    },
    close: () => client.close(),
  };
}

function requestAttributes(request: HttpRequest): Attributes {
  const url = URL.canParse(request.url) ? new URL(request.url) : null;
  const subject = context.active().getValue(SUBJECT);
  return {
    [ATTRIBUTE.method]: request.method,
    ...(url === null ? {} : { [ATTRIBUTE.host]: url.hostname, ...(url.port === '' ? {} : { [ATTRIBUTE.port]: Number(url.port) }) }),
    ...(isSubject(subject) ? { ...(subject.leadId === null ? {} : { [ATTRIBUTE.lead]: subject.leadId }), ...deliveryAttributes(deliveriesOf(request, subject)) } : {}),
  };
}

/** Where an activity has several deliveries, the id that goes out with the request says which one it is. */
function deliveriesOf({ headers }: HttpRequest, { deliveries }: ActivitySubject): NamedDelivery[] {
  if (deliveries.length <= 1) return deliveries;
  const values = new Set(headers.map(([, value]) => value));
  return deliveries.filter(({ deliveryId }) => values.has(deliveryId));
}

function describeEnd(span: Span, { result }: HttpExchange): void {
  if (result.kind === 'response') {
    span.setAttribute(ATTRIBUTE.status, result.status);
    if (result.status >= FIRST_ERROR) span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute(ATTRIBUTE.errorType, String(result.status));
  } else {
    span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute(ATTRIBUTE.errorType, result.code === '' ? result.fault : result.code);
  }
}

/** Only `contextFor` writes that key. */
function isSubject(value: unknown): value is ActivitySubject {
  return typeof value === 'object' && value !== null && 'deliveries' in value;
}
