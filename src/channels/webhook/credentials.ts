import { secretName } from '../../domain/config/secret-reference.ts';
import type { TokenSettings } from '../tokens/settings.ts';
import { tokenSettingsOf, type WebhookAuth } from './auth-schema.ts';
import type { WebhookConfig } from './config.ts';

type Path = (string | number)[];

/** Names of headers and parameters that carry credentials wherever they are used. */
const CREDENTIAL_NAME = /authorization|api[-_]?key|access[-_]?key|auth[-_]?(?:key|code)|token|secret|passw(?:or)?d|credential|signature|^(?:key|pwd|cookie|x-auth|auth)$/i;

/** Names of values in a token call that are no credentials. Every other text there is taken for one. */
const OPEN_NAME = /^(?:grant[-_]?type|scope|audience|resource|user|user[-_]?name|login|e[-_]?mail|client[-_]?id|company|tenant|format|lang(?:uage)?)$/i;

/** Where credentials stand in a webhook's configuration: `auth` and `sign`, and headers and parameters that are named like one. */
export function credentialPaths(config: WebhookConfig): Path[] {
  return [...provingPaths(config), ...(config.proxy === undefined ? [] : [['proxy']])];
}

/** Where what proves to the buyer who sends stands. */
function provingPaths({ auth, sign, headers, query, wrap, tls }: WebhookConfig): Path[] {
  return [
    ...authPaths(auth),
    ...(tls === undefined ? [] : [['tls', 'key'], ...(tls.passphrase === undefined ? [] : [['tls', 'passphrase']])]),
    ...sign.map((_secret, index): Path => ['sign', index]),
    ...namedLikeCredentials(headers).map((name): Path => ['headers', name]),
    ...namedLikeCredentials(query).map((name): Path => ['query', name]),
    ...namedLikeCredentials(wrap?.extra ?? {}).map((name): Path => ['wrap', 'extra', name]),
  ];
}

/** True when a receiver could tell our requests from anybody's: by `auth`, a signature, a credential, or a secret anywhere in it. */
export function identifiesItself(config: WebhookConfig): boolean {
  const { map } = config;
  const fixed = map === 'auto' ? [] : map.filter(({ value }) => typeof value === 'string');
  return (
    tokenSettingsOf(config.auth) !== null ||
    provingPaths(config).length > 0 ||
    secretName(config.url) !== null ||
    [...Object.values(config.headers), ...Object.values(config.query)].some((text) => secretName(text) !== null) ||
    fixed.some(({ to, value }) => CREDENTIAL_NAME.test(to) || (typeof value === 'string' && secretName(value) !== null))
  );
}

function authPaths(auth: WebhookAuth): Path[] {
  switch (auth.type) {
    case 'none':
      return [];
    case 'basic':
      return [['auth', 'password']];
    case 'bearer':
      return [['auth', 'token']];
    case 'header':
    case 'query':
      return [['auth', 'value']];
    case 'oauth2':
    case 'token':
      return tokenPaths(auth).map((path) => ['auth', ...path]);
  }
}

function tokenPaths(settings: TokenSettings): Path[] {
  if (settings.type === 'token') {
    const { headers, body, basic } = settings.request;
    return [
      ...namedLikeCredentials(headers).map((name): Path => ['request', 'headers', name]),
      ...notOpen(body).map((name): Path => ['request', 'body', name]),
      ...(basic === undefined ? [] : [['request', 'basic', 'password']]),
    ];
  }
  return [
    ...(settings.clientSecret === undefined ? [] : [['clientSecret']]),
    ...(settings.grant === 'password' ? [['password']] : settings.grant === 'refresh_token' ? [['refreshToken']] : []),
    ...notOpen(settings.parameters).map((name): Path => ['parameters', name]),
  ];
}

function notOpen(entries: Record<string, string | number | boolean>): string[] {
  return Object.entries(entries).flatMap(([name, value]) => (typeof value === 'string' && !OPEN_NAME.test(name.slice(name.lastIndexOf('.') + 1)) ? [name] : []));
}

function namedLikeCredentials(entries: Record<string, string>): string[] {
  // `{field}` alone is a field of the lead, whatever the header is called.
  return Object.entries(entries).flatMap(([name, text]) => (CREDENTIAL_NAME.test(name) && !/^\{[^{}]*\}$/.test(text.trim()) ? [name] : []));
}
