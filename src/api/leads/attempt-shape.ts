import { z } from 'zod';
import type { AttemptRecord, MaskedRequest, MaskedResponse } from '../../store/records.ts';

const headersSchema = z
  .record(z.string(), z.string())
  .meta({ description: 'By name as sent; the values of a header that comes more than once are joined with ", "' });

const requestSchema = z.object({ method: z.string(), url: z.string(), headers: headersSchema, body: z.string().nullable() });
const responseSchema = z.object({ status: z.int(), headers: headersSchema, body: z.string(), bodyTruncated: z.boolean() });

/** One try of a delivery, with its evidence. */
export const attemptSchema = z
  .object({
    number: z.int(),
    round: z.int().meta({ description: 'Counts releases and redeliveries: each round has retries of its own' }),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    durationMs: z.number().nullable(),
    request: requestSchema.nullable().meta({ description: 'As sent, secrets masked' }),
    bodySha256: z.string().nullable().meta({ description: 'SHA-256, hex, of the exact bytes of the body' }),
    response: responseSchema.nullable(),
    address: z.string().nullable().meta({ description: 'The address connected to' }),
    timeToFirstByteMs: z.number().nullable(),
    furtherExchanges: z
      .array(
        z.object({
          startedAt: z.iso.datetime(),
          durationMs: z.number(),
          request: requestSchema,
          bodySha256: z.string().nullable(),
          response: responseSchema.nullable(),
          fault: z.string().nullable().meta({ description: 'Why there is no answer: timeout, connection …' }),
          address: z.string().nullable(),
          timeToFirstByteMs: z.number().nullable(),
        }),
      )
      .meta({ description: 'Requests of this attempt beside `request`: an update after a create that was refused, one that was answered with 401' }),
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
    request: request && requestShape(request),
    bodySha256: attempt.bodySha256,
    response: response && responseShape(response),
    address: attempt.address,
    timeToFirstByteMs: attempt.timeToFirstByteMs,
    furtherExchanges: attempt.furtherExchanges.map((further) => ({ ...further, request: requestShape(further.request), response: further.response && responseShape(further.response) })),
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

function requestShape({ headers, ...request }: MaskedRequest): z.input<typeof requestSchema> {
  return { ...request, headers: joinHeaders(headers) };
}

function responseShape({ headers, ...response }: MaskedResponse): z.input<typeof responseSchema> {
  return { ...response, headers: joinHeaders(headers) };
}

export function joinHeaders(headers: [name: string, value: string][]): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(joined);
}
