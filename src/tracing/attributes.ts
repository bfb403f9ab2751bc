import type { Attributes } from '@opentelemetry/api';
import type { NamedDelivery } from '../log-context/activity-subject.ts';

/** The names of all that a span may say: ids, codes, a route's template, a host. What is not here never leaves the process. */
export const ATTRIBUTE = {
  lead: 'leadrail.lead_id',
  delivery: 'leadrail.delivery_id',
  buyer: 'leadrail.buyer',
  destination: 'leadrail.destination',
  outcome: 'leadrail.outcome',
  method: 'http.request.method',
  route: 'http.route',
  status: 'http.response.status_code',
  host: 'server.address',
  port: 'server.port',
  errorType: 'error.type',
  activityAttempt: 'temporal.activity.attempt',
  // As the Temporal SDK's interceptors name them.
  workflowId: 'temporalWorkflowId',
  activityId: 'temporalActivityId',
  runId: 'run_id',
} as const;

const ALLOWED: ReadonlySet<string> = new Set(Object.values(ATTRIBUTE));

/** Of a span's attributes those that may be exported. */
export function allowedAttributes(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => ALLOWED.has(name)));
}

/** Which deliveries a span is about: single values for one, lists in the same order for several. */
export function deliveryAttributes(deliveries: readonly NamedDelivery[]): Attributes {
  const [first, second] = deliveries;
  if (first === undefined) return {};
  if (second === undefined) return named(first.deliveryId, first.buyer, first.destination);
  return named(
    deliveries.map(({ deliveryId }) => deliveryId),
    deliveries.map(({ buyer = '' }) => buyer),
    deliveries.map(({ destination = '' }) => destination),
  );
}

function named(delivery: string | string[], buyer: string | string[] | undefined, destination: string | string[] | undefined): Attributes {
  return { [ATTRIBUTE.delivery]: delivery, ...(buyer === undefined ? {} : { [ATTRIBUTE.buyer]: buyer }), ...(destination === undefined ? {} : { [ATTRIBUTE.destination]: destination }) };
}
