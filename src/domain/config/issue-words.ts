import type { z } from 'zod';

const EXPECTED: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  null: 'nothing',
};

/** What zod expects, in a person's word: `a list` for `array`. */
export const expectedWord = (expected: string): string => EXPECTED[expected] ?? expected;

/** What stands in the document, without repeating it. */
export function describeValue(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'a mapping';
  }
}

/** Fixed words as a list: `"hold", "skip"`. */
export const quoteAll = (values: readonly unknown[]): string => values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value))).join(', ');

/** What a union would have taken: `"auto" or a list`. */
export function unionExpectation(issue: z.core.$ZodIssueInvalidUnion): string {
  const parts = issue.errors.flat().flatMap((inner): string[] => {
    if (inner.path.length > 0) return [];
    if (inner.code === 'invalid_value') return inner.values.map((value) => quoteAll([value]));
    if (inner.code === 'invalid_type') return [expectedWord(inner.expected)];
    return inner.code === 'invalid_union' ? [unionExpectation(inner)] : [];
  });
  const distinct = [...new Set(parts)];
  const last = distinct.pop() ?? '';
  return distinct.length > 0 ? `${distinct.join(', ')} or ${last}` : last;
}

/** Too few or too many of something. */
export function sizeMessage(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const small = issue.code === 'too_small';
  const limit = small ? issue.minimum : issue.maximum;
  switch (issue.origin) {
    case 'array':
    case 'set':
    case 'map':
      return `needs at ${small ? 'least' : 'most'} ${limit} ${Number(limit) === 1 ? 'entry' : 'entries'}`;
    case 'string':
      return small && Number(limit) === 1 ? 'must not be empty' : `needs at ${small ? 'least' : 'most'} ${limit} characters`;
    default:
      return `must be at ${small ? 'least' : 'most'} ${limit}`;
  }
}
