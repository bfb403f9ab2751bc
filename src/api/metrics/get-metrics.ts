import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';

export const getMetrics = defineEndpoint({
  method: 'get',
  path: '/metrics',
  access: 'admin',
  tag: 'Health',
  summary: 'Metrics of this process, for Prometheus',
  description: 'The text format of Prometheus. A scraper sends the admin key as its bearer token.',
  params: nothing,
  query: nothing,
  body: noBody,
  answers: { 200: { description: 'Metrics', types: ['text/plain'] } },
  handle: async (_, { metrics }) => ({ status: 200, type: metrics.contentType, body: await metrics.scrape() }),
});
