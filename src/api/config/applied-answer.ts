import { z } from 'zod';
import type { ApplyResult } from '../../configuration/configuration.ts';
import type { Answer } from '../http/endpoint.ts';
import { Problem, problemErrorSchema } from '../http/problem.ts';
import { problemErrors } from './document-body.ts';

/** What a write of the configuration came to. */
export const appliedSchema = z
  .object({
    version: z.int().meta({ description: 'The version that is in force now' }),
    changed: z.boolean().meta({ description: 'false: it says what the version before said, so that no new one was made' }),
    warnings: z.array(problemErrorSchema),
  })
  .meta({ id: 'ConfigApplied' });

/** A result of applying as an answer; mistakes become a 422 problem with all of them, a lost race a 409. */
export function appliedAnswer(result: ApplyResult): Answer {
  if (result.ok) {
    const { version, changed, warnings } = result;
    return { status: 200, body: { version, changed, warnings: problemErrors(warnings) }, headers: { etag: etagOf(version) } };
  }
  const errors = problemErrors(result.mistakes);
  if (result.problem === 'conflict') throw new Problem(409, 'The configuration was changed meanwhile. Read it again and apply your change to that.', { errors });
  throw new Problem(422, invalidConfiguration(errors.length), { errors });
}

export function invalidConfiguration(mistakes: number): string {
  return `The configuration was not accepted: ${mistakes === 1 ? 'one mistake' : `${mistakes} mistakes`}, each with its path.`;
}

/** The entity tag of a version of the configuration. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** The version that `If-Match` names, undefined without the header. */
export function expectedVersion(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = /^\s*(?:W\/)?"?(\d{1,9})"?\s*$/.exec(header)?.[1];
  if (version !== undefined) return Number(version);
  throw new Problem(422, 'If-Match names no version of the configuration.', {
    errors: [{ field: 'If-Match', message: 'send the ETag that GET /v1/config answered with, e.g. "3"' }],
  });
}
