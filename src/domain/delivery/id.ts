import { v5 } from 'uuid';

/** Never to change: with another namespace every delivery would get another id, and buyers would take leads twice. */
const DELIVERY_NAMESPACE = '81c6bbcd-51fd-47d9-b445-f121df52840b';

/**
 * The stable id of one lead at one destination, a UUIDv5: the buyer gets it as idempotency key. `discriminator` makes
 * another one for a delivery that must count as new, e.g. `redelivery-2` for an edited lead.
 */
export function deliveryId(leadId: string, buyer: string, destination: string, discriminator = ''): string {
  return v5(JSON.stringify([leadId, buyer, destination, discriminator]), DELIVERY_NAMESPACE);
}
