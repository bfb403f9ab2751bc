import type { CredentialLimit } from '../channel.ts';
import type { HubspotConfig } from './config.ts';

/** Where a HubSpot destination's credentials stand. */
export function credentialPaths({ access }: Pick<HubspotConfig, 'access'>): string[][] {
  switch (access) {
    case 'private-app':
      return [['accessToken']];
    case 'oauth':
      return [['clientSecret'], ['refreshToken']];
  }
}

/**
 * HubSpot counts requests in every ten seconds, for each app in each account: 100 in its smallest plans, 110 for an app with
 * OAuth ("API usage guidelines and limits"). 20 at once and 8 a second are never more than 100 in any ten seconds.
 */
export function hubspotLimit(config: HubspotConfig): CredentialLimit {
  const credential = config.access === 'private-app' ? config.accessToken : config.refreshToken;
  return { credential, requests: 8, per: 'second', burst: 20 };
}
