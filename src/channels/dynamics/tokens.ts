import type { TokenSettings } from '../tokens/settings.ts';
import type { DynamicsConfig } from './config.ts';

/**
 * Who gives out tokens for an organisation, by the end of its host name (Microsoft: "National cloud deployments"; "Dynamics 365
 * US Government"). Governments' moderate cloud (crm9.dynamics.com) is served by the world's.
 */
const AUTHORITIES: readonly (readonly [domain: string, authority: string])[] = [
  ['.dynamics.com', 'https://login.microsoftonline.com'],
  ['.microsoftdynamics.us', 'https://login.microsoftonline.us'],
  ['.appsplatform.us', 'https://login.microsoftonline.us'],
  ['.dynamics.cn', 'https://login.chinacloudapi.cn'],
];

/** Client credentials in the body (Microsoft: "OAuth 2.0 client credentials flow"), for the organisation and nothing else. */
export function dynamicsTokenSettings({ baseUrl, tokenBaseUrl, tenantId, clientId, clientSecret }: DynamicsConfig): TokenSettings {
  return {
    type: 'oauth2',
    grant: 'client_credentials',
    tokenUrl: `${tokenBaseUrl ?? authorityOf(baseUrl)}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`,
    clientId,
    clientSecret,
    scope: `${baseUrl}/.default`,
    clientAuthentication: 'body',
    parameters: {},
    send: { in: 'header', name: 'Authorization', format: 'Bearer {token}' },
  };
}

/** A host that is none of Microsoft's (a sandbox, a gateway) gives out its tokens itself. */
function authorityOf(baseUrl: string): string {
  const { hostname } = new URL(baseUrl);
  return AUTHORITIES.find(([domain]) => hostname.endsWith(domain))?.[1] ?? baseUrl;
}
