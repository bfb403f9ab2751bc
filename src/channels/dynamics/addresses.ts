import type { DynamicsConfig } from './config.ts';

type Place = Pick<DynamicsConfig, 'baseUrl' | 'alternateKey'>;

/** All leads of the organisation (Dataverse Web API, version 9.2). */
export function leadsUrl({ baseUrl }: Place): string {
  return `${baseUrl}/api/data/v9.2/leads`;
}

/**
 * The one record that a delivery can have: by an id of ours, or by a value of ours in their alternate key. The delivery's id is
 * a UUID, so it can be the record's own (Dataverse: "Upsert a table row").
 */
export function leadUrl(place: Place, deliveryId: string): string {
  const quoted = encodeURIComponent(deliveryId.replaceAll("'", "''"));
  return `${leadsUrl(place)}(${place.alternateKey === undefined ? quoted : `${place.alternateKey}='${quoted}'`})`;
}

const RECORD_ID = /\(([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\)/i;

/** The record's id in a record's address; null where that names it by an alternate key. */
export function recordIdIn(address: string): string | null {
  return RECORD_ID.exec(address)?.[1]?.toLowerCase() ?? null;
}

/** Where a person opens the record (Microsoft: "Open apps, forms, views, dashboards, and reports with a URL"). */
export function recordLink({ baseUrl }: Place, recordId: string): string {
  return `${baseUrl}/main.aspx?etn=lead&pagetype=entityrecord&id=${recordId}`;
}
