import { templateVariables } from '../../domain/mapping/template.ts';
import type { Readiness } from '../../domain/readiness/readiness.ts';
import type { WebhookConfig } from './config.ts';
import { identifiesItself } from './credentials.ts';

/** What a webhook's configuration says of its readiness. */
export function readinessOfWebhook(config: WebhookConfig): Readiness {
  const { map, response, url, headers, query, wrap } = config;
  const templates = [url, ...Object.values(headers), ...Object.values(query), ...Object.values(wrap?.extra ?? {})];
  return {
    authenticates: identifiesItself(config),
    mapped:
      map === 'auto'
        ? null
        : [...map.flatMap(({ from, template, format }) => [from ?? [], templateVariables(template ?? ''), templateVariables(format ?? '')].flat()), ...templates.flatMap(templateVariables)],
    readsAnswers: response.rules.length > 0 || response.otherwise !== undefined,
  };
}
