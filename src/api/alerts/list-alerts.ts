import { z } from 'zod';
import type { AlertRecord } from '../../store/records.ts';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { listSchema, mapPage, pagingShape } from '../http/paging.ts';

const alertSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['breaker-open', 'destination-shut', 'delivery-problem', 'recipient-suppressed', 'spreadsheet-nearly-full']),
    buyer: z.string(),
    destination: z.string().nullable(),
    lead: z.string().nullable(),
    reason: z.string(),
    raisedAt: z.iso.datetime(),
    clearedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Alert' });

export const listAlerts = defineEndpoint({
  method: 'get',
  path: '/v1/alerts',
  access: 'admin',
  tag: 'Alerts',
  summary: 'What was raised, and when it cleared, newest first',
  params: nothing,
  query: z.strictObject(pagingShape),
  body: noBody,
  answers: { 200: { description: 'A page of alerts', schema: listSchema(alertSchema) } },
  handle: async ({ query }, { store }) => {
    return { status: 200, body: mapPage(await store.alerts.list(query.limit, query.cursor ?? null), alertShape) };
  },
});

function alertShape(alert: AlertRecord): z.input<typeof alertSchema> {
  const { id, kind, buyer, destination, lead, reason, raisedAt, clearedAt } = alert;
  return { id, kind, buyer, destination, lead, reason, raisedAt, clearedAt };
}
