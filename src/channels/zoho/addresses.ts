import { baseUrlSchema } from '../texts.ts';
import type { ZohoConfig } from './config.ts';
import { DATA_CENTRES } from './data-centres.ts';
import { API_DOMAIN } from './tokens.ts';

type Place = Pick<ZohoConfig, 'baseUrl' | 'dataCentre'>;

/** Zoho's own domains of the API: of its data centres, and of sandboxes there. */
const OWN_DOMAIN = /^https:\/\/(?:[a-z-]+\.)?zohoapis\.[a-z]{2,3}(?:\.[a-z]{2})?$/i;

/** Where the API is as far as the configuration tells. */
export function usualApi({ baseUrl, dataCentre }: Place): string {
  return baseUrl ?? DATA_CENTRES[dataCentre].api;
}

/**
 * Where the API is: what came with the token (`api_domain`), so that a sandbox's leads go to the sandbox. With `baseUrl` a domain of
 * Zoho's own is one that a gateway passed on, and leads go through the gateway too; without it no other than Zoho's is believed.
 */
export function apiOf(place: Place, kept: Readonly<Record<string, string>>): string {
  const usual = usualApi(place);
  const said = baseUrlSchema.safeParse(kept[API_DOMAIN]);
  if (!said.success || OWN_DOMAIN.test(said.data) !== (place.baseUrl === undefined)) return usual;
  return /^http:/i.test(said.data) && /^https:/i.test(usual) ? usual : said.data;
}
