import type { Header } from '../../domain/render/headers.ts';
import { withToken } from '../tokens/token-place.ts';
import type { WebhookAuth } from './auth-schema.ts';

/** What proves to the buyer who sends. */
export interface Credentials {
  headers: Header[];
  /** Added to the URL's query. */
  parameters: { to: string; value: string }[];
}

/** What a preview shows in the place of a token: nobody is asked for one. */
const MASKED_TOKEN = '********';

/** Credentials of an attempt. `token` is the one that somebody gave out for it, where `auth` is about one. */
export function credentialsOf(auth: WebhookAuth, token: string = MASKED_TOKEN): Credentials {
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
      return inQuery(auth.name, auth.value);
    case 'oauth2':
    case 'token':
      return auth.send.in === 'query' ? inQuery(auth.send.name, token) : inHeader(auth.send.name, withToken(auth.send.format, token));
  }
}

/** The header that `auth` sets, or null. */
export function authHeader(auth: WebhookAuth): string | null {
  return credentialsOf(auth).headers[0]?.[0] ?? null;
}

function inHeader(name: string, value: string): Credentials {
  return { headers: [[name, value]], parameters: [] };
}

function inQuery(name: string, value: string): Credentials {
  return { headers: [], parameters: [{ to: name, value }] };
}
