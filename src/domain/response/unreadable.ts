import type { DeliveryError } from '../delivery/outcome.ts';
import type { Answer } from './answer.ts';
import type { Rule } from './rule.ts';
import type { ResponseReading } from './schema.ts';
import type { Source } from './source.ts';

/**
 * The outcome of a 2xx whose body is not what it was announced as, or null when the body is readable or nobody needs it.
 * Not a success: what it says is not known. Not a refusal either: the lead may have arrived.
 */
export function unreadableOutcome(config: ResponseReading | undefined, answer: Answer): DeliveryError | null {
  const { body, status, bodyTruncated } = answer;
  if (body.kind !== 'unreadable' || status >= 300) return null;
  const needed = config !== undefined && needsBody(config);
  // JSON speaks even to nobody: an API that answers with half of it has not said yes. A body that we cut is our doing.
  if (!needed && (body.format !== 'json' || bodyTruncated)) return null;
  const why = bodyTruncated ? 'it is longer than what is kept' : body.why;
  return {
    outcome: 'error',
    kind: 'unknown',
    code: 'unreadable-answer',
    reason: `HTTP ${status}, but the answer could not be read as ${body.format === 'json' || body.format === 'xml' ? body.format.toUpperCase() : body.format}: ${why}; check its format, content type, encoding and size. The lead may have arrived`,
  };
}

function needsBody(config: ResponseReading): boolean {
  const sources = [config.reason, config.recipientId, config.price, ...Object.values(config.captures ?? {})].flatMap((list) => list ?? []);
  return sources.some(isInBody) || config.rules.some(looksAtBody);
}

function isInBody(source: Source): boolean {
  return source.from === 'path' || source.from === 'pattern';
}

function looksAtBody({ test }: Rule): boolean {
  switch (test.kind) {
    case 'status-only':
      return false;
    case 'when':
      return /\bresponse\b(?!\s*\.\s*(?:status|headers)\b)/.test(test.condition);
    case 'search':
    case 'equals':
    case 'matches':
      return test.source === null || isInBody(test.source);
  }
}
