import { templateVariables } from '../../domain/mapping/template.ts';
import type { Readiness } from '../../domain/readiness/readiness.ts';
import type { EmailConfig } from './config.ts';

/** What an email's configuration says of its readiness. Resend knows us by the key; what its answers mean is the channel's own affair. */
export function readinessOfEmail({ map, html, text, subject, to, cc, bcc, replyTo, attach }: EmailConfig): Readiness {
  const written = [html, text].filter((template) => template !== undefined);
  // A list of all fields is in it.
  const isWhole = map === 'auto' && (written.length === 0 || attach !== undefined);
  const rules = map === 'auto' ? [] : map.flatMap(({ from, template, format }) => [from ?? [], templateVariables(template ?? ''), templateVariables(format ?? '')].flat());
  return {
    authenticates: true,
    mapped: isWhole ? null : [...rules, ...[...written, subject ?? '', ...to, ...cc, ...bcc, ...replyTo].flatMap(templateVariables)],
    readsAnswers: true,
  };
}
