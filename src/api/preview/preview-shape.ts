import { z } from 'zod';
import type { Preview } from '../../channels/preview.ts';
import type { ConfigMistake } from '../../domain/config/mistake.ts';
import type { RawAnswer } from '../../domain/response/answer.ts';
import { problemErrors } from '../config/document-body.ts';
import { problemErrorSchema } from '../http/problem.ts';
import { joinHeaders } from '../leads/attempt-shape.ts';

const headerValueSchema = z.union([z.string(), z.number().transform(String)]);

/** A buyer's answer as a person writes it down. */
export const answerSchema = z
  .strictObject({
    status: z.int().min(100).max(599).default(200),
    headers: z.record(z.string().min(1), z.union([headerValueSchema, z.array(headerValueSchema)])).default({}),
    body: z.unknown().optional().meta({ description: 'The body as text; anything else is written as JSON' }),
  })
  .meta({ id: 'PreviewedAnswer' });

/** Headers of an answer that its text no longer has: it stands here decoded. */
const ENCODINGS: ReadonlySet<string> = new Set(['content-encoding', 'transfer-encoding', 'content-length']);

/** The answer as it would come from the wire. */
export function rawAnswer({ status, headers, body }: z.output<typeof answerSchema>): RawAnswer {
  const text = body === undefined || body === null ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const pairs = Object.entries(headers).flatMap(([name, values]) => (Array.isArray(values) ? values : [values]).map((value): [string, string] => [name, value]));
  // The text is Unicode already: a charset in its header speaks of bytes that are not here.
  const decoded = pairs
    .filter(([name]) => !ENCODINGS.has(name.toLowerCase()))
    .map(([name, value]): [string, string] => [name, name.toLowerCase() === 'content-type' ? value.replace(/;\s*charset\s*=\s*("[^"]*"|[^;]*)/i, '; charset=utf-8') : value]);
  return { status, headers: decoded, body: new TextEncoder().encode(text), bodyTruncated: false };
}

/** What a preview answers. */
export const previewSchema = z
  .object({
    request: z
      .object({ method: z.string(), url: z.string(), headers: z.record(z.string(), z.string()), body: z.string().nullable() })
      .nullable()
      .meta({ description: 'What would be sent, secrets masked; null when none can be made of this lead (`result` says why), or the destination’s type sends none' }),
    result: z
      .object({
        outcome: z.enum(['success', 'failure', 'error']),
        kind: z.enum(['transient', 'permanent', 'unknown']).nullable().meta({ description: 'Of an error' }),
        reason: z.string().nullable(),
        billable: z.boolean().nullable(),
        price: z.number().nullable(),
        recipientId: z.string().nullable(),
        captures: z.record(z.string(), z.string()),
        retryAfterMs: z.number().nullable().meta({ description: 'Of a transient error: how long the buyer asks to wait' }),
      })
      .optional()
      .meta({ description: 'How the answer would be read' }),
    warnings: z.array(problemErrorSchema).meta({ description: 'What is risky in the destination’s configuration' }),
    notes: z.array(z.string()).meta({ description: 'Conditions that could not be evaluated and counted as false' }),
  })
  .meta({ id: 'Preview' });

export function previewShape({ request, result, notes }: Preview, warnings: ConfigMistake[]): z.input<typeof previewSchema> {
  return {
    request: request && { method: request.method, url: request.url, headers: joinHeaders(request.headers), body: request.body },
    ...(result === null ? {} : { result: resultShape(result) }),
    warnings: problemErrors(warnings),
    notes,
  };
}

function resultShape({ outcome, captures }: NonNullable<Preview['result']>): z.input<typeof previewSchema>['result'] {
  const isError = outcome.outcome === 'error';
  return {
    outcome: outcome.outcome,
    kind: isError ? outcome.kind : null,
    reason: outcome.reason ?? null,
    billable: isError ? null : outcome.billable,
    price: (isError ? undefined : outcome.price) ?? null,
    recipientId: (isError ? undefined : outcome.recipientId) ?? null,
    captures,
    retryAfterMs: (isError ? outcome.retryAfterMs : undefined) ?? null,
  };
}
