import { describe, expect, it } from 'vitest';
import { subjectOf } from './activity-subject.ts';

describe('subjectOf', () => {
  const acme = { deliveryId: 'd-1', buyer: 'acme', destination: 'api' };
  const bravo = { deliveryId: 'd-2', buyer: 'bravo', destination: 'api' };

  it.each<[string, unknown, string, unknown]>([
    ['one delivery', { ...acme, leadId: '7', whenShut: 'hold' }, 'lead-7', { leadId: '7', deliveries: [acme] }],
    ['several of a lead', { leadId: '7', deliveries: [acme, { other: 1 }, bravo] }, 'lead-7', { leadId: '7', deliveries: [acme, bravo] }],
    ['a delivery of the workflow’s lead', { deliveryId: 'd-1' }, 'lead-7/failover-2', { leadId: '7', deliveries: [{ deliveryId: 'd-1' }] }],
    ['a buyer’s gate', { gate: { buyer: 'acme' } }, 'buyer-acme', { leadId: null, deliveries: [] }],
    ['no object at all', 'later', 'release-acme-api', { leadId: null, deliveries: [] }],
    ['nothing', undefined, '', { leadId: null, deliveries: [] }],
  ])('reads %s', (_name, input, workflowId, subject) => {
    expect(subjectOf(input, workflowId)).toEqual(subject);
  });
});
