import { templateVariables } from '../../domain/mapping/template.ts';
import type { Readiness } from '../../domain/readiness/readiness.ts';
import type { SmsConfig } from './config.ts';

/** What an SMS destination's configuration says of its readiness. A text without words of its own takes the usual fields, whatever they are called. */
export function readinessOfSms({ to, text, map }: SmsConfig): Readiness {
  const rules = map === 'auto' ? [] : map.flatMap(({ from, template, format }) => [from ?? [], templateVariables(template ?? ''), templateVariables(format ?? '')].flat());
  return {
    authenticates: true,
    mapped: text === undefined ? null : [...templateVariables(to), ...templateVariables(text), ...rules],
    readsAnswers: true,
  };
}
