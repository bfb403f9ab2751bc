import type { z } from 'zod';
import { isKeyToCome, notAvailableYet } from './availability.ts';
import { describeValue, expectedWord, quoteAll, sizeMessage, unionExpectation } from './issue-words.ts';
import type { ConfigMistake } from './mistake.ts';
import { namesAlong } from './names-along.ts';
import { nearest } from './nearest.ts';
import type { DestinationSchemas } from './schema.ts';
import { keysOf, knownWords, possibleObjects } from './schema-lookup.ts';
import { isMapping, valueAt, writePath } from './strings.ts';

type Issue = z.core.$ZodIssue;

/** What is needed to say more about an issue than zod knows. */
export interface IssueContext {
  document: unknown;
  schema: z.core.$ZodType;
  destinationSchemas: DestinationSchemas;
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
  const possible = possibleObjects(at.schema, at.path, at.document);
  const known = [...new Set(possible.flatMap(keysOf))];
  const written = valueAt(context.document, issue.path);
  const free = known.filter((key) => !isMapping(written) || !Object.hasOwn(written, key));
  return issue.keys.flatMap((key): ConfigMistake[] => {
    const path = writePath([...issue.path, key]);
    const names = namesAlong(context.document, issue.path);
    if (isKeyToCome(issue.path, key)) return [{ path, message: notAvailableYet(key) + names }];
    const other = possible.find((schema) => keysOf(schema).includes(key));
    if (other) return mistakesOfAlternative(other, issue.path, key, context);
    const suggestion = nearest(key, free);
    if (suggestion !== undefined) return [{ path, message: `\`${key}\` is not known here; did you mean \`${suggestion}\`?${names}`, suggestion }];
    return [{ path, message: `\`${key}\` is not known here; known are ${known.join(', ')}${names}` }];
  });
}

/** A key that another alternative knows: zod went by the wrong one (it favours unknown keys over bad values), or the keys do not go together. */
function mistakesOfAlternative(schema: z.ZodObject, path: PropertyKey[], key: string, context: IssueContext): ConfigMistake[] {
  const issues = schema.safeParse(valueAt(context.document, path)).error?.issues ?? [];
  const faults = issues.filter((issue) => issue.code !== 'unrecognized_keys').map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
  if (faults.length > 0) return mistakesFromIssues(faults, context);
  const message = `\`${key}\` does not go together with the other keys here; leave one out`;
  return [{ path: writePath([...path, key]), message: message + namesAlong(context.document, path) }];
}

/** What zod found, as a person reads it: paths, names, what was probably meant. */
export function mistakesFromIssues(issues: Issue[], context: IssueContext): ConfigMistake[] {
  return issues.flatMap(unfold).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue, context);
    const { message, suggestion } = describe(issue, context);
    const mistake = { path: writePath(issue.path), message: message + namesAlong(context.document, issue.path) };
    return [suggestion === undefined ? mistake : { ...mistake, suggestion }];
  });
}
