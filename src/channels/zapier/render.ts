import { applyMapping, type MappedValue } from '../../domain/mapping/apply.ts';
import { renderForm } from '../../domain/render/form.ts';
import { renderJson } from '../../domain/render/json.ts';
import { buildTree } from '../../domain/render/tree.ts';
import type { RenderInput, RenderResult } from '../channel.ts';
import type { ZapierConfig } from './config.ts';
import { hookOf } from './hook.ts';

const DELIVERY_ID = 'delivery_id';
const MEDIA_TYPES = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const;

/** A lead for a catch hook; the address is added with each attempt, as it is a credential. Pure. */
export function renderZapier({ config, lead, deliveryId }: RenderInput<ZapierConfig>): RenderResult {
  const mapped = applyMapping(config.map, lead, { 'delivery.id': deliveryId }, config.format);
  if (!mapped.ok) return mapped;
  const values = withDeliveryId(config, mapped.values, deliveryId);
  const request = {
    method: 'POST',
    url: hookOf(config).shown,
    headers: [
      ['Content-Type', MEDIA_TYPES[config.format]],
      ['Accept', 'application/json'],
    ] satisfies [string, string][],
    body: Buffer.from(config.format === 'form' ? renderForm(values) : renderJson(buildTree(values)), 'utf8'),
  };
  return mapped.problems.length === 0 ? { ok: true, request } : { ok: true, request, notes: mapped.problems };
}

/**
 * Zapier starts the Zap for everything that comes, so each request says which delivery it is: what comes twice can be told
 * there. A rule of `map` may set the field to something else; a field of the lead that is called so by chance may not.
 */
function withDeliveryId({ map }: ZapierConfig, values: MappedValue[], deliveryId: string): MappedValue[] {
  const own = { to: DELIVERY_ID, value: deliveryId };
  if (map === 'auto') return [...values.filter(({ to }) => to !== DELIVERY_ID), own];
  return values.some(({ to }) => to === DELIVERY_ID) ? values : [...values, own];
}
