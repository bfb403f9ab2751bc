import { docsPage } from '../../dashboard/docs-page.ts';
import type { ApiSettings } from '../dependencies.ts';
import { defineEndpoint, noBody, nothing, type Endpoint } from '../http/endpoint.ts';
import { documentationOf } from './documented-calls.ts';
import { openApiDocument } from './openapi-document.ts';

/** `/openapi.json` and `/docs`, which describe `endpoints` and themselves. Made once. */
export function documentationEndpoints(endpoints: readonly Endpoint[], settings: ApiSettings): Endpoint[] {
  const openApi = defineEndpoint({
    method: 'get',
    path: '/openapi.json',
    access: 'public',
    tag: 'Documentation',
    summary: 'This API as an OpenAPI document',
    params: nothing,
    query: nothing,
    body: noBody,
    answers: { 200: { description: 'OpenAPI 3.1', types: ['application/json'] } },
    handle: () => Promise.resolve({ status: 200, type: 'application/json', body: json }),
  });
  const docs = defineEndpoint({
    method: 'get',
    path: '/docs',
    access: 'public',
    tag: 'Documentation',
    summary: 'This API on a page to read',
    params: nothing,
    query: nothing,
    body: noBody,
    answers: { 200: { description: 'A page', types: ['text/html'] } },
    handle: () => Promise.resolve({ status: 200, type: 'text/html', body: page }),
  });
  const document = openApiDocument([...endpoints, openApi, docs], settings);
  const json = JSON.stringify(document, null, 2);
  const page = docsPage(documentationOf(document));
  return [openApi, docs];
}
