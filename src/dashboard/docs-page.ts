import { escapeHtml, htmlPage } from './html.ts';

/** One call of the API as the readable page shows it. */
export interface DocumentedCall {
  method: string;
  path: string;
  tag: string;
  summary: string;
  description: string | null;
  access: string;
  parameters: { name: string; place: string; required: boolean; description: string; schema: unknown }[];
  /** JSON schema of the body, null when there is none. */
  body: { types: string[]; schema: unknown } | null;
  answers: { status: string; description: string; schema: unknown }[];
}

export interface Documentation {
  version: string;
  calls: DocumentedCall[];
  /** Named schemas that calls refer to. */
  schemas: { name: string; schema: unknown }[];
}

/** The API on one page, readable without anything from outside: calls by subject, each to be unfolded, and the shapes. */
export function docsPage({ version, calls, schemas }: Documentation): string {
  const tags = [...new Set(calls.map((call) => call.tag))];
  const sections = tags.map((tag) => `<h2>${escapeHtml(tag)}</h2>${calls.filter((call) => call.tag === tag).map(callPart).join('')}`);
  const shapes = schemas.map(({ name, schema }) => `<details id="schema-${escapeHtml(name)}"><summary><code>${escapeHtml(name)}</code></summary>${schemaPart(schema)}</details>`);
  const body = `<h1>Leadrail API <span class="soft">${escapeHtml(version)}</span></h1>
<nav><a href="/">Overview</a><a href="/openapi.json">OpenAPI document</a></nav>
<p>Keys go as <code>Authorization: Bearer …</code> or <code>X-API-Key: …</code>. Errors are problem details (RFC 9457): <code>application/problem+json</code> with <code>type</code>, <code>title</code>, <code>status</code>, <code>detail</code> and, where fields are wrong, <code>errors</code>.</p>
${sections.join('')}
<h2>Shapes</h2>${shapes.join('')}`;
  return htmlPage({ title: 'Leadrail API', body });
}

function callPart(call: DocumentedCall): string {
  const parameters = call.parameters.map(
    ({ name, place, required, description, schema }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(place)}${required ? ', required' : ''}</td><td>${escapeHtml(description)} ${inlineSchema(schema)}</td></tr>`,
  );
  const answers = call.answers.map(
    ({ status, description, schema }) => `<tr><td>${escapeHtml(status)}</td><td>${escapeHtml(description)}</td><td>${schema === undefined ? '' : inlineSchema(schema)}</td></tr>`,
  );
  return `<details><summary><code>${escapeHtml(call.method.toUpperCase())} ${escapeHtml(call.path)}</code> ${escapeHtml(call.summary)} <span class="soft">${escapeHtml(call.access)}</span></summary>
${call.description === null ? '' : `<p>${escapeHtml(call.description)}</p>`}
${parameters.length === 0 ? '' : `<table><tr><th>Parameter</th><th>In</th><th></th></tr>${parameters.join('')}</table>`}
${call.body === null ? '' : `<p>Body, ${call.body.types.map((type) => `<code>${escapeHtml(type)}</code>`).join(' or ')}:</p>${schemaPart(call.body.schema)}`}
<table><tr><th>Answer</th><th></th><th></th></tr>${answers.join('')}</table></details>`;
}

function inlineSchema(schema: unknown): string {
  const name = referenceOf(schema);
  if (name !== null) return `<a href="#schema-${escapeHtml(name)}"><code>${escapeHtml(name)}</code></a>`;
  const text = schema === undefined ? '' : JSON.stringify(schema);
  return text === '' || text === '{}' ? '' : `<code>${escapeHtml(text)}</code>`;
}

function schemaPart(schema: unknown): string {
  return referenceOf(schema) === null ? `<pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre>` : `<p>${inlineSchema(schema)}</p>`;
}

function referenceOf(schema: unknown): string | null {
  if (typeof schema !== 'object' || schema === null || !('$ref' in schema) || typeof schema.$ref !== 'string') return null;
  return schema.$ref.split('/').at(-1) ?? null;
}
