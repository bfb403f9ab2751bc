import type { TokenSettings } from '../tokens/settings.ts';
import type { ApiConfig } from './config.ts';

/** Where the account's API is comes with each token (Salesforce: "OAuth 2.0 Refresh Token Flow", `instance_url`). */
export const INSTANCE_URL = 'instance_url';

/** A refresh token where there is one; else client credentials, which run as the app's own user. A refresh token may be replaced with each use. */
export function salesforceTokenSettings({ baseUrl, clientId, clientSecret, refreshToken }: ApiConfig): TokenSettings {
  const shared = {
    type: 'oauth2' as const,
    tokenUrl: `${baseUrl}/services/oauth2/token`,
    clientId,
    clientSecret,
    clientAuthentication: 'body' as const,
    parameters: {},
    send: { in: 'header' as const, name: 'Authorization', format: 'Bearer {token}' },
    keeps: [INSTANCE_URL],
  };
  return refreshToken === undefined ? { ...shared, grant: 'client_credentials' } : { ...shared, grant: 'refresh_token', refreshToken };
}
