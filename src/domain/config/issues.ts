import type { z } from 'zod';
import { isKeyToCome, notAvailableYet } from './availability.ts';
import type { ConfigMistake } from './mistake.ts';
import { nearest } from './nearest.ts';
import type { DestinationSchemas } from './schema.ts';
import { knownKeys, knownWords } from './schema-lookup.ts';
import { isMapping, valueAt, writePath } from './strings.ts';

type Issue = z.core.$ZodIssue;

/** What is needed to say more about an issue than zod knows. */
export interface IssueContext {
  document: unknown;
  schema: z.core.$ZodType;
  destinationSchemas: DestinationSchemas;
}

/** The names of what a path lies in, for a reader who does not count list entries: ` (buyer acme, destination api)`. */
export function namesAlong(document: unknown, path: readonly PropertyKey[]): string {
  const kinds: Record<string, string> = { sources: 'source', buyers: 'buyer', destinations: 'destination', routes: 'route' };
  const names = path.flatMap((key, index) => {
    const kind = typeof key === 'number' ? kinds[String(path[index - 1])] : undefined;
    const id = kind === undefined ? undefined : valueAt(document, [...path.slice(0, index + 1), 'id']);
    return kind !== undefined && typeof id === 'string' && /^[\w-]{1,63}$/.test(id) ? [`${kind} ${id}`] : [];
  });
  return names.length > 0 ? ` (${names.join(', ')})` : '';
}

/** Where to look a path up: destinations have a schema of their own, by type. */
function place(context: IssueContext, path: readonly PropertyKey[]): { schema: z.core.$ZodType; path: readonly PropertyKey[]; document: unknown } {
  if (path[0] === 'buyers' && path[2] === 'destinations' && path.length >= 4) {
    const document = valueAt(context.document, path.slice(0, 4));
    const type = isMapping(document) ? document['type'] : undefined;
    const schema = typeof type === 'string' && Object.hasOwn(context.destinationSchemas, type) ? context.destinationSchemas[type] : undefined;
    if (schema) return { schema, path: path.slice(4), document };
  }
  return { schema: context.schema, path, document: context.document };
}

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

const expectedWord = (expected: string): string => EXPECTED[expected] ?? expected;

function describeValue(value: unknown): string {
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

const quoteAll = (values: readonly unknown[]): string => values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value))).join(', ');

/** True for a message that a schema of ours gives, false for zod's own words. */
const isOwnMessage = (message: string): boolean => !/^(Invalid|Too (small|big)|Unrecognized)\b/.test(message);

/** True for an issue that says that the value as a whole is of the wrong kind. */
const isWrongKind = (issue: Issue): boolean => issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');

const weight = (issues: Issue[]): number => {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
};

/**
 * Replaces the issue of a union by those of the alternative that was probably meant: the one of the right kind
 * with the fewest faults. Stays a union's issue only when no alternative is of the right kind.
 */
function unfold(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const candidates = issue.errors.filter((issues) => !issues.some(isWrongKind)).sort((a, b) => weight(a) - weight(b));
  const best = candidates[0];
  if (!best) return [issue];
  return best.flatMap((inner) => unfold({ ...inner, path: [...issue.path, ...inner.path] }));
}

function unionExpectation(issue: z.core.$ZodIssueInvalidUnion): string {
  const parts = issue.errors.flat().flatMap((inner): string[] => {
    if (inner.path.length > 0) return [];
    if (inner.code === 'invalid_value') return inner.values.map((value) => quoteAll([value]));
    if (inner.code === 'invalid_type') return [expectedWord(inner.expected)];
    return inner.code === 'invalid_union' ? [unionExpectation(inner)] : [];
  });
  return [...new Set(parts)].join(' or ');
}

function sizeMessage(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
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

/** What one issue says, but for unknown keys. Values of the document are not repeated, for they may be credentials. */
function describe(issue: Exclude<Issue, { code: 'unrecognized_keys' }>, context: IssueContext): { message: string; suggestion?: string } {
  const value = valueAt(context.document, issue.path);
  const name = String(issue.path.at(-1) ?? 'configuration');
  const isMissing = value === undefined && typeof issue.path.at(-1) === 'string';
  switch (issue.code) {
    case 'invalid_type': {
      if (isMissing) return { message: `\`${name}\` is missing` };
      if (isOwnMessage(issue.message)) return { message: issue.message };
      return { message: `expected ${expectedWord(issue.expected)}, got ${describeValue(value)}` };
    }
    case 'invalid_value':
    case 'invalid_union': {
      const at = place(context, issue.path);
      const words = issue.code === 'invalid_value' ? issue.values : knownWords(at.schema, at.path);
      const suggestion = typeof value === 'string' ? nearest(value, words.filter((word) => typeof word === 'string')) : undefined;
      const union = issue.code === 'invalid_union' ? unionExpectation(issue) : '';
      const expected = isOwnMessage(issue.message) ? issue.message : `expected ${union !== '' ? union : words.length === 1 ? quoteAll(words) : `one of ${quoteAll(words)}`}`;
      if (isMissing) return { message: `\`${name}\` is missing; ${expected}` };
      if (suggestion === undefined) return { message: expected };
      return { message: `${expected}; did you mean "${suggestion}"?`, suggestion };
    }
    case 'invalid_format':
      return { message: isOwnMessage(issue.message) ? issue.message : `is no valid ${issue.format === 'regex' ? 'value' : issue.format}` };
    case 'too_small':
    case 'too_big':
      return { message: isOwnMessage(issue.message) ? issue.message : sizeMessage(issue) };
    case 'invalid_key':
      return { message: `the key is not valid: ${issue.issues.map((inner) => inner.message).join('; ')}` };
    case 'invalid_element':
    case 'not_multiple_of':
      return { message: issue.message };
    case 'custom': {
      const suggestion: unknown = issue.params?.['suggestion'];
      return typeof suggestion === 'string' ? { message: issue.message, suggestion } : { message: issue.message };
    }
  }
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, context: IssueContext): ConfigMistake[] {
  const at = place(context, issue.path);
  const known = knownKeys(at.schema, at.path, at.document);
  const written = valueAt(context.document, issue.path);
  const free = known.filter((key) => !isMapping(written) || !Object.hasOwn(written, key));
  return issue.keys.map((key) => {
    const path = writePath([...issue.path, key]);
    const names = namesAlong(context.document, issue.path);
    if (isKeyToCome(issue.path, key)) return { path, message: notAvailableYet(key) + names };
    const suggestion = nearest(key, free);
    if (suggestion !== undefined) return { path, message: `\`${key}\` is not known here; did you mean \`${suggestion}\`?${names}`, suggestion };
    return { path, message: `\`${key}\` is not known here; known are ${known.join(', ')}${names}` };
  });
}

/** What zod found, as a person reads it: paths, names, what was probably meant. Never more than a mistake per place and message. */
export function mistakesFromIssues(issues: Issue[], context: IssueContext): ConfigMistake[] {
  return issues.flatMap(unfold).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue, context);
    const { message, suggestion } = describe(issue, context);
    const mistake = { path: writePath(issue.path), message: message + namesAlong(context.document, issue.path) };
    return [suggestion === undefined ? mistake : { ...mistake, suggestion }];
  });
}
