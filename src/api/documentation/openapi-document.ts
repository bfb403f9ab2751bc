import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import type { ResponseConfig, RouteConfig } from '@asteasolutions/zod-to-openapi';
import type { ApiSettings } from '../dependencies.ts';
import type { Access } from '../http/authentication.ts';
import type { AnswerDescription, Endpoint } from '../http/endpoint.ts';
import { JSON_TYPE } from '../http/media-types.ts';
import { problemSchema } from '../http/problem.ts';

/** The OpenAPI 3.1 document, made from the very schemas that the endpoints check with. */
export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;

const PROBLEM = { description: 'A problem (RFC 9457)', content: { 'application/problem+json': { schema: problemSchema } } };

/** Makes the document of all endpoints. */
export function openApiDocument(endpoints: readonly Endpoint[], settings: Pick<ApiSettings, 'publicUrl' | 'version'>): OpenApiDocument {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer', description: 'The admin key, or a source’s key for intake' });
  registry.registerComponent('securitySchemes', 'apiKey', { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same keys' });
  for (const endpoint of endpoints) registry.registerPath(routeOf(endpoint));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: { title: 'Leadrail', version: settings.version, description: 'Delivers sales leads to the people who bought them, and proves it.' },
    servers: [{ url: settings.publicUrl }],
  });
}

function routeOf(endpoint: Endpoint): RouteConfig {
  const { method, path, summary, description, tag, params, query, headers, body, answers, access } = endpoint;
  const hasParams = Object.keys(params.shape).length > 0;
  const hasQuery = Object.keys(query.shape).length > 0;
  return {
    method,
    path,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    security: securityOf(access),
    request: {
      ...(hasParams ? { params } : {}),
      ...(hasQuery ? { query } : {}),
      ...(headers === undefined ? {} : { headers }),
      ...(body.types.length > 0 ? { body: { content: Object.fromEntries(body.types.map((type) => [type, { schema: body.schema }])) } } : {}),
    },
    responses: { ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, responseOf(answer)])), default: PROBLEM },
  };
}

function securityOf(access: Access): Record<string, string[]>[] {
  return access === 'public' ? [] : [{ bearer: [] }, { apiKey: [] }];
}

function responseOf({ description, schema, types, headers }: AnswerDescription): ResponseConfig {
  const described = { description, ...(headers === undefined ? {} : { headers }) };
  if (schema === undefined && types === undefined) return described;
  const content = (types ?? [JSON_TYPE]).map((type) => [type, schema === undefined ? {} : { schema }] as const);
  return { ...described, content: Object.fromEntries(content) };
}
