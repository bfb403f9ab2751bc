import { z } from 'zod';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';

export const getHealth = defineEndpoint({
  method: 'get',
  path: '/healthz',
  access: 'public',
  tag: 'Health',
  summary: 'Whether this process runs',
  params: nothing,
  query: nothing,
  body: noBody,
  answers: { 200: { description: 'It does', schema: z.object({ status: z.literal('ok'), version: z.string() }) } },
  handle: (_, { settings }) => Promise.resolve({ status: 200, body: { status: 'ok', version: settings.version } }),
});
