import type { TokenSettings } from '../tokens/settings.ts';
import { tokenUrl } from './addresses.ts';
import type { HubspotConfig } from './config.ts';

type OAuthConfig = Extract<HubspotConfig, { access: 'oauth' }>;

/** Access tokens of 30 minutes, by the refresh token of the buyer's consent; everything goes in the body (HubSpot: "Manage OAuth access tokens"). */
export function hubspotTokenSettings(config: OAuthConfig): TokenSettings {
  const { clientId, clientSecret, refreshToken } = config;
  return {
    type: 'oauth2',
    grant: 'refresh_token',
    tokenUrl: tokenUrl(config),
    clientId,
    clientSecret,
    refreshToken,
    clientAuthentication: 'body',
    parameters: {},
    send: { in: 'header', name: 'Authorization', format: 'Bearer {token}' },
  };
}
