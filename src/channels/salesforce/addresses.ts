import type { DeliveryError } from '../../domain/delivery/outcome.ts';
import type { ApiConfig } from './config.ts';
import { INSTANCE_URL } from './tokens.ts';

/** All records of the object. A path: the host comes with the token. */
export function objectPath({ apiVersion, object }: Pick<ApiConfig, 'apiVersion' | 'object'>): string {
  return `/services/data/v${apiVersion}/sobjects/${object}`;
}

/** The one record that a delivery can have, by our id in a field of theirs (REST API Developer Guide, "Insert or Update (Upsert) a Record Using an External ID"). */
export function externalIdPath(config: Pick<ApiConfig, 'apiVersion' | 'object'>, externalIdField: string, deliveryId: string): string {
  return `${objectPath(config)}/${externalIdField}/${encodeURIComponent(deliveryId)}`;
}

export function recordPath(config: Pick<ApiConfig, 'apiVersion' | 'object'>, recordId: string): string {
  return `${objectPath(config)}/${encodeURIComponent(recordId)}`;
}

/** Where a person opens the record. */
export function recordLink(instanceUrl: string, recordId: string): string {
  return `${instanceUrl}/${encodeURIComponent(recordId)}`;
}

export type Instance = { ok: true; url: string } | { ok: false; error: DeliveryError };

/**
 * Where the API is: what came with the token, or the login address where nothing did (their own domain serves both). Whoever gives
 * out tokens over https is not believed when it wants the leads without.
 */
export function instanceOf({ baseUrl }: Pick<ApiConfig, 'baseUrl'>, kept: Readonly<Record<string, string>>): Instance {
  const said = kept[INSTANCE_URL];
  if (said === undefined) return { ok: true, url: baseUrl };
  const url = said.replace(/\/+$/, '');
  if (/^https?:\/\/[^\s?#]+$/i.test(url) && URL.canParse(url) && (/^https:/i.test(url) || /^http:/i.test(baseUrl))) return { ok: true, url };
  const reason = 'The answer to the token call names no https address of the API (instance_url). Nothing had been sent. Check `baseUrl`, and whether a proxy is in between';
  return { ok: false, error: { outcome: 'error', kind: 'permanent', code: 'rule', reason } };
}
