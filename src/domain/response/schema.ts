import { z } from 'zod';
import { checkCondition } from '../conditions/condition.ts';
import { parseDurationMs } from '../config/duration.ts';
import { checkTemplate, templateVariables } from '../mapping/template.ts';
import type { BodyFormat } from './media-type.ts';
import { compileSearch, isPattern } from './pattern.ts';
import { type Rule, ruleSchema } from './rule.ts';
import { checkPath } from './select.ts';
import { checkSource, type Source, sourcesSchema } from './source.ts';

/** The `response:` block of a destination: how the buyer's answer becomes an outcome. */
export const responseSchema = z.strictObject({
  rules: z.array(ruleSchema).max(100).default([]).describe('The first that matches wins; without rules the HTTP status decides'),
  otherwise: z
    .enum(['success', 'failure', 'error'])
    .optional()
    .describe('When no rule matches. Default: by status. A status that says nothing about the lead (5xx, 408, 425, 429, 401, 403, 404, 405, 410) stays an error all the same: write a rule to read it otherwise'),
  reason: sourcesSchema.optional().describe('Where the buyer says why: a path in the body, { header }, { cookie } or { pattern, at }, or a list; several values are joined with ", "'),
  recipientId: sourcesSchema.optional().describe("Where the answer has the buyer's own id for the lead; as `reason`"),
  price: sourcesSchema.optional().describe('Where the answer has the price; "$12.50" is 12.5. As `reason`; of several values the first that is a number'),
  captures: z.record(z.string().regex(/^[A-Za-z_]\w{0,62}$/, 'use letters, digits and "_"'), sourcesSchema).optional().describe('Further values to keep, by a name of yours; each as `reason`'),
  as: z.enum(['json', 'xml', 'html', 'form', 'text']).optional().describe('Read the body as this, whatever its content type says'),
});

/** A response block once it is read, with its defaults. */
export type ResponseReading = z.output<typeof responseSchema>;

/** What conditions may speak of. */
export const CONDITION_VARIABLES = ['response'] as const;

/** One mistake in a response block; `path` counts from the block. */
export interface ResponseMistake {
  path: (string | number)[];
  message: string;
}

/**
 * Mistakes that a schema cannot see: conditions, templates, paths that no kind of body could have, and regular expressions
 * that do not compile. Run-away patterns are not possible: they run in linear time, and what could not is refused here.
 */
export function checkResponse(config: ResponseReading): ResponseMistake[] {
  return [
    ...config.rules.flatMap((rule, index) => checkRule(rule, config.as).map(({ path, message }) => ({ path: ['rules', index, ...path], message }))),
    ...(['reason', 'recipientId', 'price'] as const).flatMap((key) => checkSources(config[key], config.as, [key])),
    ...Object.entries(config.captures ?? {}).flatMap(([name, sources]) => checkSources(sources, config.as, ['captures', name])),
  ];
}

function checkSources(sources: readonly Source[] | undefined, format: BodyFormat | undefined, path: (string | number)[]): ResponseMistake[] {
  const list = sources ?? [];
  return list.flatMap((source, index) =>
    checkSource(source, format).map(({ key, message }) => ({ path: [...path, ...(list.length > 1 ? [index] : []), ...(key === null ? [] : [key])], message })),
  );
}

function checkRule(rule: Rule, format: BodyFormat | undefined): ResponseMistake[] {
  const mistakes = checkTest(rule, format);
  const add = (key: string, message: string | null): void => {
    if (message !== null) mistakes.push({ path: [key], message });
  };
  if (rule.reason !== undefined) add('reason', checkTemplateText(rule.reason, format));
  if (typeof rule.price === 'string') add('price', checkPathOrTemplate(rule.price, format));
  if (rule.recipientId !== undefined) add('recipientId', checkPathOrTemplate(rule.recipientId, format));
  if (typeof rule.retryAfter === 'string' && parseDurationMs(rule.retryAfter) === null) add('retryAfter', checkPath(rule.retryAfter, format));
  return mistakes;
}

function checkTest({ test }: Rule, format: BodyFormat | undefined): ResponseMistake[] {
  switch (test.kind) {
    case 'status-only':
      return [];
    case 'when': {
      const message = checkCondition(test.condition, CONDITION_VARIABLES);
      return message === null ? [] : [{ path: ['when'], message }];
    }
    case 'search':
    case 'equals':
    case 'matches': {
      const place = test.source === null ? [] : checkSource(test.source, format).map(({ message }) => ({ path: ['at'], message }));
      const isRegex = test.kind === 'matches' || (test.kind === 'search' && isPattern(test.term));
      const pattern = isRegex ? compileSearch(test.term) : { ok: true as const };
      return [...(pattern.ok ? [] : [{ path: [test.kind], message: pattern.why }]), ...place];
    }
  }
}

function checkPathOrTemplate(text: string, format: BodyFormat | undefined): string | null {
  return /[{}]/.test(text) ? checkTemplateText(text, format) : checkPath(text, format);
}

function checkTemplateText(template: string, format: BodyFormat | undefined): string | null {
  const message = checkTemplate(template);
  if (message !== null) return message;
  for (const name of templateVariables(template)) {
    if (/^response\.(?:status$|body\b|headers[.[])/.test(name)) continue;
    if (/^response(?:\.|$)/.test(name)) return `{${name}} is no part of an answer: there are response.status, response.headers.<name> and response.body`;
    const problem = checkPath(name, format);
    if (problem !== null) return problem;
  }
  return null;
}
