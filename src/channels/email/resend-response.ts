import type { ErrorResponse, Response } from 'resend';
import { z } from 'zod';
import type { RawAnswer } from '../../domain/response/answer.ts';

/** Resend's error body (docs, "Errors"). Names that the SDK does not list are names all the same. */
const errorBodySchema = z.object({ name: z.string(), message: z.string().catch('') });

/** What the SDK's own types promise of a value. Whoever uses the value reads it with a schema of its own. */
const asPromised = <T>() => z.custom<T>((value) => value !== undefined);

/**
 * An answer as the SDK's `fetchRequest` gives it to its callers: `{ data, error, headers }`, never thrown. `statusCode` is that of the
 * answer, whatever its body says; an answer of 2xx that is no JSON has none, as with the SDK.
 */
export function resendResponse<T>(answer: RawAnswer): Response<T> {
  const headers = Object.fromEntries(answer.headers.map(([name, value]) => [name.toLowerCase(), value]));
  const body = jsonOf(answer.body);
  if (answer.status >= 200 && answer.status < 300) {
    return body === undefined ? unanswered('The answer could not be read as JSON.') : { data: asPromised<T>().parse(body), error: null, headers };
  }
  const read = errorBodySchema.safeParse(body);
  const { name, message } = read.success ? read.data : { name: 'application_error', message: '' };
  return { data: null, error: { name: asPromised<ErrorResponse['name']>().parse(name), message, statusCode: answer.status }, headers };
}

/** No answer that could be read: as the SDK tells it when the network fails. */
export function unanswered<T>(message: string): Response<T> {
  return { data: null, error: { name: 'application_error', message, statusCode: null }, headers: null };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
