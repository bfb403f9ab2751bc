import type { z } from 'zod';
import { Problem, type ProblemError } from './problem.ts';

/** Checks what came in against a schema; a 422 names every field that is wrong. `where` says in what, e.g. `query`. */
export function validate<T extends z.ZodType>(schema: T, value: unknown, where: 'address' | 'query' | 'body'): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap(errorsOf);
  throw new Problem(422, `The ${where} is not valid: ${describe(errors)}.`, { errors });
}

function errorsOf(issue: z.core.$ZodIssue): ProblemError[] {
  const field = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: field === '' ? key : `${field}.${key}`, message: 'not known here; leave it out or correct its name' }));
  }
  return [{ ...(field === '' ? {} : { field }), message: issue.message }];
}

function describe(errors: ProblemError[]): string {
  const names = errors.map((error) => error.field).filter((field) => field !== undefined);
  return names.length > 0 ? `look at ${[...new Set(names)].slice(0, 5).join(', ')}` : (errors[0]?.message ?? 'unknown');
}
