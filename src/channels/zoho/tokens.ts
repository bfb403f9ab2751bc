import type { TokenSettings } from '../tokens/settings.ts';
import type { ZohoConfig } from './config.ts';
import { DATA_CENTRES } from './data-centres.ts';

/** Where the account's API is comes with each token (Zoho: "Refresh access tokens"). */
export const API_DOMAIN = 'api_domain';

/** A refresh token of the account's data centre (Zoho: "Refresh access tokens"); it does not change, and gives ten tokens in ten minutes. */
export function zohoTokenSettings({ baseUrl, dataCentre, clientId, clientSecret, refreshToken }: ZohoConfig): TokenSettings {
  return {
    type: 'oauth2',
    grant: 'refresh_token',
    tokenUrl: `${baseUrl ?? DATA_CENTRES[dataCentre].accounts}/oauth/v2/token`,
    clientId,
    clientSecret,
    refreshToken,
    clientAuthentication: 'body',
    parameters: {},
    send: { in: 'header', name: 'Authorization', format: 'Zoho-oauthtoken {token}' },
    keeps: [API_DOMAIN],
  };
}
