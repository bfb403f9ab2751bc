import type { FieldValue } from '../fields/lead.ts';
import type { TemplateScope } from '../mapping/template.ts';
import type { Answer } from './answer.ts';
import { bodyValue } from './body.ts';
import { jsonTexts, valuesAtJsonPath } from './json.ts';
import { selectTexts } from './select.ts';

/** What conditions see of an answer: header names in lower case, the body as plain data. */
export function conditionVariables(answer: Answer): Record<string, unknown> {
  return { response: { status: answer.status, headers: new Map(answer.headers), body: bodyValue(answer.body) } };
}

/**
 * What `{…}` in a rule's text reaches: `response.status`, `response.headers.x-name`, `response.body`, `response.body.error`
 * (as in a condition); any other name is a path in the body, as for `at`.
 */
export function answerScope(answer: Answer): TemplateScope {
  return { get: (path) => valueOf(answer, path) };
}

function valueOf(answer: Answer, path: string): FieldValue | undefined {
  if (path === 'response.status') return answer.status;
  if (path === 'response.body') return answer.body.text.trim();
  const header = /^response\.headers(?:\.(.+)|\[(.+)\])$/.exec(path);
  if (header) return answer.headers.get((header[1] ?? header[2] ?? '').toLowerCase());
  const inside = /^response\.body\.?(.+)$/.exec(path)?.[1];
  const texts = inside === undefined ? selectTexts(answer.body, path) : valuesAtJsonPath(bodyValue(answer.body), inside).flatMap(jsonTexts);
  const found = texts.map((text) => text.trim()).filter((text) => text !== '');
  return found.length === 0 ? undefined : found.join(', ');
}
