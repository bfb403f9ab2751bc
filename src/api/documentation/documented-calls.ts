import { z } from 'zod';
import type { Documentation, DocumentedCall } from '../../dashboard/docs-page.ts';
import type { OpenApiDocument } from './openapi-document.ts';

/** What the readable page needs of an OpenAPI document. */
const contentSchema = z.record(z.string(), z.object({ schema: z.unknown().optional() }));
const operationSchema = z.object({
  summary: z.string(),
  description: z.string().optional(),
  tags: z.array(z.string()),
  security: z.array(z.unknown()),
  parameters: z
    .array(z.object({ name: z.string(), in: z.string(), required: z.boolean().optional(), description: z.string().optional(), schema: z.unknown() }))
    .optional(),
  requestBody: z.object({ content: contentSchema }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string().optional(), content: contentSchema.optional() })),
});
const documentSchema = z.object({
  info: z.object({ version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

/** Reads an OpenAPI document of ours into what the readable page shows. */
export function documentationOf(document: OpenApiDocument): Documentation {
  const { info, paths, components } = documentSchema.parse(JSON.parse(JSON.stringify(document)));
  const calls = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => documentedCall(method, path, operation)),
  );
  return { version: info.version, calls, schemas: Object.entries(components.schemas).map(([name, schema]) => ({ name, schema })) };
}

function documentedCall(method: string, path: string, operation: z.infer<typeof operationSchema>): DocumentedCall {
  const { summary, description, tags, security, parameters, requestBody, responses } = operation;
  return {
    method,
    path,
    tag: tags[0] ?? 'Other',
    summary,
    description: description ?? null,
    access: security.length === 0 ? 'no key needed' : path === '/v1/leads' && method === 'post' ? 'a source’s key or the admin key' : 'admin key',
    parameters: (parameters ?? []).map((parameter) => ({
      name: parameter.name,
      place: parameter.in,
      required: parameter.required ?? false,
      description: parameter.description ?? '',
      schema: parameter.schema,
    })),
    body: requestBody === undefined ? null : { types: Object.keys(requestBody.content), schema: Object.values(requestBody.content)[0]?.schema },
    answers: Object.entries(responses).map(([status, response]) => ({
      status,
      description: response.description ?? '',
      schema: Object.values(response.content ?? {})[0]?.schema,
    })),
  };
}
