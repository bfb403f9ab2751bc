import { z } from 'zod';
import type { AttemptRecord } from '../../store/records.ts';

const headersSchema = z
  .record(z.string(), z.string())
  .meta({ description: 'By name as sent; the values of a header that comes more than once are joined with ", "' });

/** One try of a delivery, with its evidence. */
export const attemptSchema = z
  .object({
    number: z.int(),
    round: z.int().meta({ description: 'Counts releases and redeliveries: each round has retries of its own' }),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    durationMs: z.number().nullable(),
    request: z
      .object({ method: z.string(), url: z.string(), headers: headersSchema, body: z.string().nullable() })
      .nullable()
      .meta({ description: 'As sent, secrets masked' }),
    bodySha256: z.string().nullable().meta({ description: 'SHA-256, hex, of the exact bytes of the body' }),
    response: z
      .object({ status: z.int(), headers: headersSchema, body: z.string(), bodyTruncated: z.boolean() })
      .nullable(),
    address: z.string().nullable().meta({ description: 'The address connected to' }),
    timeToFirstByteMs: z.number().nullable(),
    outcome: z.enum(['success', 'failure', 'error']).nullable().meta({ description: 'Null while it runs' }),
    kind: z.string().nullable().meta({ description: 'Of an error: transient, permanent or unknown' }),
    code: z.string().nullable(),
    reason: z.string().nullable(),
    counted: z.boolean().meta({ description: 'False for what uses up no attempt: our own faults and failed probes' }),
    nextAttemptAt: z.iso.datetime().nullable(),
    configVersion: z.int(),
    gate: z.string().meta({ description: 'The breaker’s state before it was sent' }),
    hash: z.string().nullable().meta({ description: 'Chains this attempt to the one before' }),
    previousHash: z.string().nullable(),
  })
  .meta({ id: 'Attempt' });

export type AttemptShape = z.input<typeof attemptSchema>;

/** An attempt as the API shows it. */
export function attemptShape(attempt: AttemptRecord): AttemptShape {
  const { request, response } = attempt;
  return {
    number: attempt.number,
    round: attempt.round,
    startedAt: attempt.startedAt,
    finishedAt: attempt.finishedAt,
    durationMs: attempt.durationMs,
    request: request && { method: request.method, url: request.url, headers: joinHeaders(request.headers), body: request.body },
    bodySha256: attempt.bodySha256,
    response: response && {
      status: response.status,
      headers: joinHeaders(response.headers),
      body: response.body,
      bodyTruncated: response.bodyTruncated,
    },
    address: attempt.address,
    timeToFirstByteMs: attempt.timeToFirstByteMs,
    outcome: attempt.outcome,
    kind: attempt.kind,
    code: attempt.code,
    reason: attempt.reason,
    counted: attempt.counted,
    nextAttemptAt: attempt.nextAttemptAt,
    configVersion: attempt.configVersion,
    gate: attempt.gate,
    hash: attempt.hash,
    previousHash: attempt.previousHash,
  };
}

export function joinHeaders(headers: [name: string, value: string][]): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(joined);
}
