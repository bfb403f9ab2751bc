import { z } from 'zod';

/** One field, parameter or place of a configuration that is wrong. Names it and says what to do; never carries a value. */
export const problemErrorSchema = z
  .object({
    field: z.string().optional().meta({ description: 'The field or parameter, e.g. `phone`' }),
    path: z.string().optional().meta({ description: 'The place in a configuration, e.g. `buyers[0].destinations[1].url`' }),
    message: z.string(),
    suggestion: z.string().optional().meta({ description: 'What was probably meant' }),
  })
  .meta({ id: 'ProblemError' });

/** Problem details as RFC 9457 has them. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'What kind of problem it is, stable, e.g. `urn:leadrail:problem:invalid`' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().optional().meta({ description: 'Of an unexpected error: the id under which it was logged' }),
    errors: z.array(problemErrorSchema).optional(),
  })
  .meta({ id: 'Problem' });

/** The media type of a problem, and the header of those that pass: for the document. */
export const PROBLEM_TYPES: readonly string[] = ['application/problem+json'];
export const retryAfter = z.object({ 'Retry-After': z.string().meta({ description: 'Whole seconds to wait before sending it again' }) });

export type ProblemError = z.infer<typeof problemErrorSchema>;
export type ProblemBody = z.infer<typeof problemSchema>;

/** How long a client is asked to wait when the store or Temporal is away. */
export const RETRY_AFTER_SECONDS = 5;

const TITLES = {
  400: 'Unreadable request',
  401: 'No valid key',
  403: 'Not allowed with this key',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Body too large',
  415: 'Unsupported content type',
  422: 'Invalid input',
  429: 'Too many leads',
  500: 'Unexpected error',
  503: 'Temporarily unavailable',
} as const;

const KINDS: Record<ProblemStatus, string> = {
  400: 'unreadable',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  409: 'conflict',
  413: 'too-large',
  415: 'unsupported-content-type',
  422: 'invalid',
  429: 'too-many-leads',
  500: 'unexpected',
  503: 'unavailable',
};

export type ProblemStatus = keyof typeof TITLES;

export interface ProblemExtras {
  errors?: ProblemError[];
  instance?: string;
  headers?: Record<string, string>;
}

/** An expected bad end of a request: thrown by an endpoint, written by `problemHandler`. */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: ProblemStatus;
  readonly extras: ProblemExtras;

  /** `detail` says what happened, to what, and what to do; it must carry nothing personal. */
  constructor(status: ProblemStatus, detail: string, extras: ProblemExtras = {}) {
    super(detail);
    this.status = status;
    this.extras = extras;
  }

  get headers(): Record<string, string> {
    const retryAfter: Record<string, string> = this.status === 503 ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {};
    return { ...retryAfter, ...this.extras.headers };
  }

  get body(): ProblemBody {
    const { errors, instance } = this.extras;
    return {
      type: `urn:leadrail:problem:${KINDS[this.status]}`,
      title: TITLES[this.status],
      status: this.status,
      detail: this.message,
      ...(instance === undefined ? {} : { instance }),
      ...(errors === undefined ? {} : { errors }),
    };
  }
}

/** 404 with what was looked for, e.g. `lead 0192…`. */
export function notFound(what: string): Problem {
  return new Problem(404, `There is no ${what}.`);
}

/** 422 for a `cursor` that the list did not give out. */
export function invalidCursor(): Problem {
  return new Problem(422, 'The cursor is none of this list.', {
    errors: [{ field: 'cursor', message: 'send nextCursor of the page before, unchanged, or leave it out' }],
  });
}
