import { evaluateCondition } from '../conditions/condition.ts';
import { parseDurationMs } from '../config/duration.ts';
import type { AttemptOutcome } from '../delivery/outcome.ts';
import { readNumber } from '../fields/number.ts';
import { renderTemplate } from '../mapping/template.ts';
import { type Answer, type RawAnswer, readAnswer } from './answer.ts';
import { outcomeByStatus, retryAfterOf } from './by-status.ts';
import { boundedWords, excerptOf } from './excerpt.ts';
import { boundedMs, parseRetryAfterMs } from './retry-after.ts';
import { allowsStatus, namesStatus, type Rule } from './rule.ts';
import type { ResponseReading } from './schema.ts';
import { answerScope, conditionVariables } from './scope.ts';
import { isFound } from './search.ts';
import { selectTexts } from './select.ts';
import { joinedText, type Source, textsFrom } from './source.ts';
import { unreadableOutcome } from './unreadable.ts';

/** What an answer came to. The buyer's own values are under their names in `captures`, never mixed with ours. */
export interface Reading {
  outcome: AttemptOutcome;
  /** By the names of the configuration; what was not found is left out. */
  captures: Record<string, string>;
  /** Conditions that could not be evaluated and so counted as false; a person reads them. No values of the answer. */
  problems: string[];
}

/**
 * Reads a buyer's answer. Pure, and never throws, whatever the buyer sent. Without rules the status decides; with rules
 * the first match wins, then `otherwise`. A 5xx is an error before any rule that does not name it.
 */
export function readResponse(config: ResponseReading | undefined, raw: RawAnswer, now: Date): Reading {
  const answer = readAnswer(raw, config?.as);
  const words = boundedWords(joinedText(answer, config?.reason));
  const { match, problems } = firstMatch(config?.rules ?? [], answer);
  const judged = match === null ? unmatchedOutcome(config, answer, words, now) : ruleOutcome(match.rule, match.index, answer, words, now);
  const captures = Object.entries(config?.captures ?? {}).flatMap(([name, sources]) => {
    const text = joinedText(answer, sources);
    return text === undefined ? [] : [[name, text.slice(0, CAPTURE_LENGTH)] as const];
  });
  return { outcome: withBuyersValues(judged, config, match?.rule, answer), captures: Object.fromEntries(captures), problems };
}

/** Longer than any token or address that an answer hands out. */
const CAPTURE_LENGTH = 4_000;

function firstMatch(rules: readonly Rule[], answer: Answer): { match: { rule: Rule; index: number } | null; problems: string[] } {
  const problems: string[] = [];
  let variables: Record<string, unknown> | undefined;
  const mustBeNamed = answer.status < 200 || answer.status >= 500;
  for (const [index, rule] of rules.entries()) {
    const { test } = rule;
    if (!allowsStatus(rule, answer.status) || (mustBeNamed && !namesStatus(rule, answer.status))) continue;
    let matches = true;
    if (test.kind === 'when') {
      variables ??= conditionVariables(answer);
      const { value, problem } = evaluateCondition(test.condition, variables);
      if (problem !== null) problems.push(`rule ${index + 1}: ${problem}`);
      matches = value;
    } else if (test.kind !== 'status-only') matches = isFound(answer, test.kind, test.term, test.source);
    if (matches) return { match: { rule, index }, problems };
  }
  return { match: null, problems };
}

function ruleOutcome(rule: Rule, index: number, answer: Answer, words: string | undefined, now: Date): AttemptOutcome {
  const reason = boundedWords(rule.reason === undefined ? undefined : textOf(rule.reason, answer)) ?? words;
  switch (rule.outcome) {
    case 'success':
      return { outcome: 'success', billable: rule.billable ?? true, ...(reason === undefined ? {} : { reason }) };
    case 'failure':
      return { outcome: 'failure', billable: rule.billable ?? false, reason: reason ?? withExcerpt(`HTTP ${answer.status} from the buyer, a refusal by rule ${index + 1} of the configuration`, answer) };
    case 'error': {
      const retryAfterMs = rule.kind === 'transient' ? ruleRetryAfter(rule.retryAfter, answer, now) : undefined;
      return {
        outcome: 'error',
        kind: rule.kind,
        code: 'rule',
        reason: reason ?? withExcerpt(`HTTP ${answer.status} from the buyer, an error by rule ${index + 1} of the configuration`, answer),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      };
    }
  }
}

function ruleRetryAfter(setting: string | number | undefined, answer: Answer, now: Date): number | undefined {
  if (typeof setting === 'number') return boundedMs(setting * 1_000);
  const durationMs = setting === undefined ? null : parseDurationMs(setting);
  if (durationMs !== null) return boundedMs(durationMs);
  const [found] = setting === undefined ? [] : selectTexts(answer.body, setting);
  return (found === undefined ? undefined : parseRetryAfterMs(found, now)) ?? retryAfterOf(answer, now);
}

/** No rule matched. An error by status stays one: it says nothing about the lead, and `otherwise: failure` would lose it. */
function unmatchedOutcome(config: ResponseReading | undefined, answer: Answer, words: string | undefined, now: Date): AttemptOutcome {
  const byStatus = outcomeByStatus(answer, words, now);
  if (byStatus.outcome === 'error') return byStatus;
  const unreadable = unreadableOutcome(config, answer);
  if (unreadable !== null) return unreadable;
  switch (config?.otherwise) {
    case undefined:
      return byStatus;
    case 'success':
      return byStatus.outcome === 'success' ? byStatus : { outcome: 'success', billable: true, ...(words === undefined ? {} : { reason: words }) };
    case 'failure':
      return byStatus.outcome === 'failure' ? byStatus : { outcome: 'failure', billable: false, reason: words ?? withExcerpt(`HTTP ${answer.status} from the buyer, and no rule of the configuration matches the answer`, answer) };
    case 'error': {
      // After a 2xx the lead may well be with them; after a refusal it is not.
      const kind = byStatus.outcome === 'success' ? 'unknown' : 'transient';
      const retryAfterMs = kind === 'transient' ? retryAfterOf(answer, now) : undefined;
      const reason = words ?? withExcerpt(`HTTP ${answer.status} from the buyer, and no rule of the configuration matches the answer; add one`, answer);
      return { outcome: 'error', kind, code: 'rule', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
  }
}

function withExcerpt(text: string, answer: Answer): string {
  const excerpt = excerptOf(answer.body);
  return excerpt === null ? text : `${text}: ${excerpt}`;
}

/** Adds the buyer's id and price. A refusal has a price only when its rule says so: a price beside a refusal is an offer, not a sale. */
function withBuyersValues(outcome: AttemptOutcome, config: ResponseReading | undefined, rule: Rule | undefined, answer: Answer): AttemptOutcome {
  if (outcome.outcome === 'error') return outcome;
  const recipientId = boundedWords(rule?.recipientId === undefined ? undefined : valueAt(rule.recipientId, answer)) ?? boundedWords(joinedText(answer, config?.recipientId));
  const fromRule = typeof rule?.price === 'number' ? rule.price : rule?.price === undefined ? undefined : numberIn([rule.price, ...[valueAt(rule.price, answer) ?? []].flat()]);
  const price = fromRule ?? (outcome.outcome === 'success' || outcome.billable ? priceFrom(config?.price, answer) : undefined);
  return { ...outcome, ...(recipientId === undefined ? {} : { recipientId }), ...(price === undefined ? {} : { price }) };
}

function priceFrom(sources: readonly Source[] | undefined, answer: Answer): number | undefined {
  return numberIn((sources ?? []).flatMap((source) => textsFrom(answer, source)));
}

function numberIn(texts: readonly string[]): number | undefined {
  return texts.map((text) => readNumber(text)?.value).find((value) => typeof value === 'number');
}

/** A rule's text: with braces a template, otherwise literal. */
function textOf(text: string, answer: Answer): string {
  return /[{}]/.test(text) ? renderTemplate(text, answerScope(answer)) : text;
}

/** A rule's value: with braces a template, otherwise a path in the body. */
function valueAt(text: string, answer: Answer): string | undefined {
  return /[{}]/.test(text) ? textOf(text, answer) : joinedText(answer, [{ from: 'path', path: text }]);
}
