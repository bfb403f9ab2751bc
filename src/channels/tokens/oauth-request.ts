import { percentEncode, renderForm } from '../../domain/render/form.ts';
import { renderQuery } from '../../domain/render/query.ts';
import type { HttpRequest } from '../../egress/http-client.ts';
import type { AuthorizationCodeSettings, OAuthSettings } from './oauth-schema.ts';

/** What a token is asked for by: the parameters of one grant. */
export type Grant =
  | { by: 'client_credentials' }
  | { by: 'password'; username: string; password: string }
  | { by: 'refresh_token'; refreshToken: string }
  | { by: 'authorization_code'; code: string; redirectUrl: string; verifier: string };

/** The token call of a grant (RFC 6749 4.1.3, 4.3.2, 4.4.2, 6; RFC 7636 4.5), with the client's own authentication (2.3.1). */
export function tokenRequest(settings: OAuthSettings, grant: Grant): HttpRequest {
  const { clientId, clientSecret, clientAuthentication } = settings;
  const inHeader = clientSecret !== undefined && clientAuthentication === 'basic';
  const client: Parameters = inHeader ? [] : [['client_id', clientId], ...optional('client_secret', clientSecret)];
  const parameters = [...grantParameters(grant), ...wishes(settings, grant), ...client, ...Object.entries(settings.parameters)];
  return {
    method: 'POST',
    url: settings.tokenUrl,
    headers: [
      ['Content-Type', 'application/x-www-form-urlencoded'],
      ['Accept', 'application/json'],
      ...(inHeader ? [['Authorization', basic(clientId, clientSecret)] satisfies [string, string]] : []),
    ],
    body: Buffer.from(renderForm(parameters.map(([to, value]) => ({ to, value }))), 'utf8'),
  };
}

/** Where a person allows the access (RFC 6749 4.1.1), bound to `state` and to the verifier by its challenge (RFC 7636 4.3). */
export function authorizeUrl(settings: AuthorizationCodeSettings, { redirectUrl, state, challenge }: { redirectUrl: string; state: string; challenge: string }): string {
  const parameters: Parameters = [
    ['response_type', 'code'],
    ['client_id', settings.clientId],
    ['redirect_uri', redirectUrl],
    ...optional('scope', settings.scope),
    ...optional('audience', settings.audience),
    ['state', state],
    ['code_challenge', challenge],
    ['code_challenge_method', 'S256'],
    ...Object.entries(settings.authorizeParameters),
  ];
  return renderQuery(settings.authorizeUrl, parameters.map(([to, value]) => ({ to, value })));
}

type Parameters = [name: string, value: string][];

function grantParameters(grant: Grant): Parameters {
  switch (grant.by) {
    case 'client_credentials':
      return [['grant_type', grant.by]];
    case 'password':
      return [['grant_type', grant.by], ['username', grant.username], ['password', grant.password]];
    case 'refresh_token':
      return [['grant_type', grant.by], ['refresh_token', grant.refreshToken]];
    case 'authorization_code':
      return [['grant_type', grant.by], ['code', grant.code], ['redirect_uri', grant.redirectUrl], ['code_verifier', grant.verifier]];
  }
}

/** Scope and audience go with a first grant; where a person consented, or a password brought the refresh token, they were said before. */
function wishes({ grant: configured, scope, audience }: OAuthSettings, grant: Grant): Parameters {
  if (grant.by === 'authorization_code' || (grant.by === 'refresh_token' && configured !== 'refresh_token')) return [];
  return [...optional('scope', scope), ...optional('audience', audience)];
}

function optional(name: string, value: string | undefined): Parameters {
  return value === undefined ? [] : [[name, value]];
}

/** Id and secret are form-encoded before they are joined (RFC 6749 2.3.1). */
function basic(clientId: string, clientSecret: string): string {
  const encoded = [clientId, clientSecret].map((text) => percentEncode(text, 'utf-8', '+')).join(':');
  return `Basic ${Buffer.from(encoded, 'utf8').toString('base64')}`;
}
