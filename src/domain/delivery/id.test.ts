import { describe, expect, it } from 'vitest';
import { deliveryId } from './id.ts';

describe('deliveryId', () => {
  it('is the same for ever: changing it would make buyers take leads twice', () => {
    expect(deliveryId('lead-1', 'acme', 'api')).toBe('2bb6d260-4c39-510c-96a0-b5833ad6652a');
  });

  it('differs for each lead, buyer, destination and discriminator', () => {
    const ids = [
      deliveryId('lead-1', 'acme', 'api'),
      deliveryId('lead-2', 'acme', 'api'),
      deliveryId('lead-1', 'bravo', 'api'),
      deliveryId('lead-1', 'acme', 'inbox'),
      deliveryId('lead-1', 'acme', 'api', 'redelivery-1'),
      deliveryId('lead-1', 'acmeapi', ''),
      deliveryId('lead-1', '', 'acmeapi'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
