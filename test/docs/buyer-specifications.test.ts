import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startApi, type ApiUnderTest } from '../../src/api/testing/api-under-test.ts';
import { allDestinationTypes } from '../../src/configuration/destination-types.ts';
import { readDocument } from '../../src/domain/config/document.ts';

/** The worked examples of a page: each section with a destination also has a lead, the request that comes of it, and answers. */
const PAGE = new URL('../../docs/buyer-specifications.md', import.meta.url);

interface Example {
  title: string;
  destination: unknown;
  sample: Record<string, unknown>;
  request: { line: string; headers: Record<string, string>; body: string | null };
  answers: { response: unknown; result: Record<string, unknown> }[];
}

const sampleSchema = z.strictObject({ fields: z.record(z.string(), z.string()), lead: z.record(z.string(), z.unknown()) });
const answersSchema = z.array(z.strictObject({ response: z.unknown(), result: z.record(z.string(), z.unknown()) })).min(2);

function block(section: string, kind: string): string {
  const found = new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(section)?.[1];
  if (found === undefined) throw new Error(`an example has no block "${kind}": ${section.slice(0, 60)}`);
  return found;
}

function headerIn(line: string): [string, string] {
  const [name = '', value = ''] = line.split(': ', 2);
  return [name, value];
}

function exampleIn(section: string): Example {
  const read = readDocument(block(section, 'yaml destination'), 'application/yaml');
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
  const [head = '', ...body] = block(section, 'http request').split('\n\n');
  const [line = '', ...headers] = head.split('\n');
  const text = body.join('\n\n').trim();
  return {
    title: /^(.*)$/m.exec(section)?.[1] ?? '',
    destination: read.document,
    sample: sampleSchema.parse(JSON.parse(block(section, 'json lead'))),
    request: { line, headers: Object.fromEntries(headers.map(headerIn)), body: text === '' ? null : text },
    answers: answersSchema.parse(JSON.parse(block(section, 'json answers'))),
  };
}

const page = await readFile(PAGE, 'utf8');
const examples = page.split(/^## /m).filter((section) => section.includes('```yaml destination')).map(exampleIn);

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ types: allDestinationTypes });
});
afterAll(() => api.close());

const previewSchema = z.object({
  request: z.object({ method: z.string(), url: z.string(), headers: z.record(z.string(), z.string()), body: z.string().nullable() }),
  result: z.unknown().optional(),
});

async function preview(body: object) {
  const { status, json, text } = await api.call('POST', '/v1/preview', { body });
  if (status !== 200) throw new Error(text);
  return previewSchema.parse(json);
}

describe('the worked examples for buyers’ specifications', () => {
  it('are all there', () => {
    expect(examples).toHaveLength(5);
  });

  it.each(examples)('$title: the request', async ({ destination, sample, request }) => {
    const seen = (await preview({ destination, ...sample })).request;
    expect(`${seen.method} ${seen.url}`).toBe(request.line);
    const shortened = Object.entries(seen.headers).map(([name, value]) => [name, value.replace(/^\*+$/, '********')]);
    expect(Object.fromEntries(shortened)).toMatchObject(request.headers);
    expect(seen.body).toBe(request.body);
  });

  it.each(examples)('$title: the answers', async ({ destination, sample, answers }) => {
    for (const { response, result } of answers) expect((await preview({ destination, ...sample, response })).result).toMatchObject(result);
  });
});
