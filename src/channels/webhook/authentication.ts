import type { Header } from '../../domain/render/headers.ts';
import type { WebhookConfig } from './config.ts';

/** What proves to the buyer who sends. */
export interface Credentials {
  headers: Header[];
  /** Added to the URL's query. */
  parameters: { to: string; value: string }[];
}

/** Credentials that the configuration holds itself. */
export function credentialsOf(auth: WebhookConfig['auth']): Credentials {
  switch (auth.type) {
    case 'none':
      return { headers: [], parameters: [] };
    case 'basic':
      return inHeader('Authorization', `Basic ${Buffer.from(`${auth.username}:${auth.password}`, 'utf8').toString('base64')}`);
    case 'bearer':
      return inHeader('Authorization', `Bearer ${auth.token}`);
    case 'header':
      return inHeader(auth.name, auth.value);
    case 'query':
      return { headers: [], parameters: [{ to: auth.name, value: auth.value }] };
  }
}

function inHeader(name: string, value: string): Credentials {
  return { headers: [[name, value]], parameters: [] };
}
