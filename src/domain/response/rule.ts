import { z } from 'zod';
import { type Source, cookieNameSchema, headerNameSchema, pathSchema } from './source.ts';
import { isAmong, statusesSchema, type StatusRange } from './statuses.ts';

/** What a rule looks at, besides the status. */
export type RuleTest =
  | { kind: 'when'; condition: string }
  /** `search`: contained, or /regex/flags; `equals`: the whole text; `matches`: a regular expression. All ignore case. Source null: the whole body. */
  | { kind: SearchKind; term: string; source: Source | null }
  | { kind: 'status-only' };

export type SearchKind = 'search' | 'equals' | 'matches';

/** One rule of a response reading, once it is read. */
export interface Rule {
  test: RuleTest;
  /** Empty: any status. */
  statuses: StatusRange[];
  outcome: 'success' | 'failure' | 'error';
  kind: 'transient' | 'permanent' | 'unknown';
  reason?: string;
  billable?: boolean;
  price?: string | number;
  recipientId?: string;
  retryAfter?: string | number;
}

const termSchema = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .refine((term) => term.trim() !== '' && term.length <= 500, 'needs a text of 1 to 500 characters');

const textSchema = z.string().min(1).max(1_000);

/** A rule as a person writes it: one test (or only a status), an outcome, and what else it settles. */
export const ruleSchema = z
  .strictObject({
    when: z.string().min(1).optional().describe('A condition over `response`: `status`, `headers` (lower case), `body` (JSON as it is; XML from its root element, attributes as `@name`; form parameters; otherwise text)'),
    search: termSchema.optional().describe('Contained, or /regex/flags; ignores case. In the whole body, where "success" is inside "unsuccessful" and inside {"success":false}: prefer `equals` with `at`'),
    equals: termSchema.optional().describe('The whole text; ignores case. Numbers compare as numbers, so 12.5 equals 12.50'),
    matches: termSchema.optional().describe('A regular expression (RE2), bare or as /regex/flags; ignores case unless it begins with (?-i)'),
    at: pathSchema.optional(),
    header: headerNameSchema.optional(),
    cookie: cookieNameSchema.optional(),
    status: statusesSchema.optional().describe('A status, a class (4xx), or a list of them; a rule may consist of this alone. A 5xx reaches a rule only when the rule names it, here or in its condition'),
    outcome: z.enum(['success', 'failure', 'error']),
    kind: z.enum(['transient', 'permanent', 'unknown']).optional().describe('Of an error: transient (the default) is tried again, unknown may have arrived'),
    reason: textSchema.optional().describe('For a person: literal, or with values of the answer as in "Invalid data: {response.body.error}"'),
    billable: z.boolean().optional().describe('Default: true for a success, false otherwise'),
    price: z.union([z.number(), textSchema]).optional().describe('A number, a path in the body, or a text with {response.body.…}'),
    recipientId: textSchema.optional().describe('A path in the body, or a text with {response.body.…}'),
    retryAfter: z.union([z.number().min(0), textSchema]).optional().describe('Of a transient error: a duration (30s), seconds as a number, or a path to either or to a date; at most an hour'),
  })
  .superRefine((rule, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    const tests = (['when', 'search', 'equals', 'matches'] as const).filter((word) => rule[word] !== undefined);
    const [first, second] = tests;
    if (first !== undefined && second !== undefined) refuse(second, `a rule has one of when, search, equals and matches; this one has ${tests.join(' and ')}`);
    if (first === undefined && rule.status === undefined) refuse('outcome', 'a rule needs one of when, search, equals and matches, or a status');
    const places = (['at', 'header', 'cookie'] as const).filter((word) => rule[word] !== undefined);
    const [place, otherPlace] = places;
    if (place !== undefined && otherPlace !== undefined) refuse(otherPlace, `a rule looks at one place; this one names ${places.join(' and ')}`);
    if (place !== undefined && (first === undefined || first === 'when')) refuse(place, `${place} goes with search, equals or matches`);
    if (rule.outcome !== 'error') {
      if (rule.kind !== undefined) refuse('kind', 'kind goes with the outcome error');
      if (rule.retryAfter !== undefined) refuse('retryAfter', 'retryAfter goes with the outcome error');
    } else {
      for (const word of ['billable', 'price', 'recipientId'] as const) if (rule[word] !== undefined) refuse(word, `an error has no ${word}`);
      if (rule.retryAfter !== undefined && rule.kind !== undefined && rule.kind !== 'transient') refuse('retryAfter', 'only a transient error is tried again');
    }
  })
  .transform(({ when, search, equals, matches, at, header, cookie, status, kind, ...rest }): Rule => {
    const term = search ?? equals ?? matches;
    const test: RuleTest =
      when !== undefined
        ? { kind: 'when', condition: when }
        : term === undefined
          ? { kind: 'status-only' }
          : { kind: search !== undefined ? 'search' : equals !== undefined ? 'equals' : 'matches', term, source: placeOf(at, header, cookie) };
    return { ...rest, test, statuses: status ?? [], kind: kind ?? 'transient' };
  });

function placeOf(at: string | undefined, header: string | undefined, cookie: string | undefined): Source | null {
  if (at !== undefined) return { from: 'path', path: at };
  if (header !== undefined) return { from: 'header', name: header };
  return cookie === undefined ? null : { from: 'cookie', name: cookie };
}

/** True when the rule speaks of this very status: by `status`, or with `response.status` in its condition. */
export function namesStatus(rule: Rule, status: number): boolean {
  if (rule.statuses.length > 0) return allowsStatus(rule, status);
  return rule.test.kind === 'when' && /\bresponse\s*(?:\.\s*status\b|\[\s*["']status["']\s*\])/.test(rule.test.condition);
}

/** True unless the rule is for other statuses. */
export function allowsStatus(rule: Rule, status: number): boolean {
  return rule.statuses.length === 0 || isAmong(status, rule.statuses);
}
