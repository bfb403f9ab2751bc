import type { HubspotConfig } from './config.ts';

const API = 'https://api.hubapi.com';

type Place = Pick<HubspotConfig, 'baseUrl'>;

/** Where contacts are made (HubSpot: "CRM API, contacts"). */
export function contactsUrl({ baseUrl = API }: Place): string {
  return `${baseUrl}/crm/v3/objects/contacts`;
}

/** One contact. */
export function contactUrl(place: Place, contactId: string): string {
  return `${contactsUrl(place)}/${encodeURIComponent(contactId)}`;
}

/** Where tokens are given out (HubSpot: "Migrate from the OAuth v1 API"): the endpoint before it, /oauth/v1/token, ends on 16 February 2027. */
export function tokenUrl({ baseUrl = API }: Place): string {
  return `${baseUrl}/oauth/2026-03/token`;
}

/** The contact's page, for a person; null where nobody said which account it is in. 0-1 is HubSpot's number for contacts. */
export function contactLink({ portalId }: Pick<HubspotConfig, 'portalId'>, contactId: string): string | null {
  return portalId === undefined ? null : `https://app.hubspot.com/contacts/${portalId}/record/0-1/${encodeURIComponent(contactId)}`;
}
