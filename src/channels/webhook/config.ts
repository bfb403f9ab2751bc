import { z } from 'zod';
import { destinationShape, withCommonUnits } from '../../domain/config/destination.ts';
import { healthCheckSchema } from '../../domain/config/health-check.ts';
import { mapSchema } from '../../domain/mapping/schema.ts';
import { responseSchema } from '../../domain/response/schema.ts';
import { headerNameSchema, secretSchema, textSchema } from '../texts.ts';
import { authSchema } from './auth-schema.ts';
import { connectionShape } from './connection-schema.ts';
import { urlProblem } from './url.ts';

const urlSchema = z
  .string()
  .max(10_000)
  .superRefine((text, context) => {
    const message = urlProblem(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  })
  .describe('http or https; {field} may stand in path and query');

const signSchema = z
  .union([secretSchema, z.array(secretSchema).min(1).max(5)])
  .transform((secrets) => (typeof secrets === 'string' ? [secrets] : secrets))
  .describe('Secrets of a Standard Webhooks signature; several while one is replaced');

/** What the configuration may say for `type: webhook`. A format that is not chosen follows the method: GET and DELETE have no body. */
export const webhookConfigSchema = z
  .strictObject({
    ...destinationShape,
    type: z.literal('webhook'),
    url: urlSchema,
    testUrl: urlSchema.optional().describe('Where test leads go instead of `url`'),
    method: z.enum(['POST', 'PUT', 'PATCH', 'GET', 'DELETE']).default('POST'),
    format: z.enum(['json', 'xml', 'form', 'query']).optional().describe('json unless set; query for GET and DELETE'),
    headers: z.record(headerNameSchema, textSchema).default({}).describe('May hold {field}; a blank one is not sent'),
    query: z.record(z.string().min(1).max(200), textSchema).default({}).describe('Parameters added to the URL; may hold {field}'),
    auth: authSchema.default({ type: 'none' }),
    sign: signSchema.default([]),
    map: mapSchema.default('auto'),
    xml: z
      .strictObject({
        root: z.string().min(1).max(200).optional().describe('The root element, `lead` unless set'),
        declaration: z.union([z.boolean(), z.string().max(1_000)]).default(true).describe('false for none; a text is used as it is'),
      })
      .optional(),
    charset: z.enum(['utf-8', 'ascii', 'latin-1']).default('utf-8').describe('ascii writes letters without their marks'),
    wrap: z
      .strictObject({
        parameter: z.string().min(1).max(200).describe('The form parameter that carries the whole JSON or XML'),
        extra: z.record(z.string().min(1).max(200), textSchema).default({}).describe('Parameters beside it; may hold {field}'),
      })
      .optional(),
    ...connectionShape,
    response: responseSchema.prefault({}),
    healthCheck: healthCheckSchema(urlSchema).optional(),
  })
  .transform(withCommonUnits)
  .transform(({ format, ...config }) => ({ ...config, format: format ?? defaultFormat(config.method) }));

/** A webhook destination once it is read. */
export type WebhookConfig = z.output<typeof webhookConfigSchema>;

function defaultFormat(method: 'POST' | 'PUT' | 'PATCH' | 'GET' | 'DELETE'): 'json' | 'query' {
  return method === 'GET' || method === 'DELETE' ? 'query' : 'json';
}
