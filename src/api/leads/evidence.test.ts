import { afterAll, beforeAll, expect, it } from 'vitest';
import { leadSchema } from './lead-shape.ts';
import { CONFIG, startApi, type ApiUnderTest } from '../testing/api-under-test.ts';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi();
  await api.call('PUT', '/v1/config', { body: CONFIG });
});
afterAll(() => api.close());

it('a lead shows each delivery with its attempts and their evidence', async () => {
  const id = await api.sendLead({ state: 'CA' });
  const deliveryId = leadSchema.parse((await api.call('GET', `/v1/leads/${id}`)).json).deliveries[0]?.id ?? '';
  const request = { method: 'POST', url: 'https://api.acme.example/leads', headers: [['X-Tag', 'a'], ['X-Tag', 'b']] satisfies [string, string][], body: '{"a":1}' };
  await api.store.attempts.begin({ deliveryId, number: 1, round: 1, startedAt: '2025-01-01T00:00:00.000Z', request, configVersion: 1, gate: 'closed' });
  await api.store.attempts.finish({
    deliveryId,
    number: 1,
    finishedAt: '2025-01-01T00:00:00.250Z',
    durationMs: 250,
    request,
    bodySha256: 'ab'.repeat(32),
    response: { status: 200, headers: [['content-type', 'application/json']], body: '{"id":"42"}', bodyTruncated: false },
    address: '203.0.113.7:443',
    timeToFirstByteMs: 200,
    outcome: { outcome: 'success', billable: true, recipientId: '42', price: 12.5 },
    counted: true,
    nextAttemptAt: null,
    settled: { state: 'delivered', reason: 'accepted', explanation: null, recipientId: '42', billable: true, price: 12.5, deadLetter: null },
  });
  const lead = leadSchema.parse((await api.call('GET', `/v1/leads/${id}`)).json);
  expect(lead.deliveries[0]).toMatchObject({
    status: 'delivered',
    reason: 'The buyer took the lead.',
    recipientId: '42',
    billable: true,
    price: 12.5,
    attempts: [
      {
        number: 1,
        startedAt: '2025-01-01T00:00:00.000Z',
        finishedAt: '2025-01-01T00:00:00.250Z',
        durationMs: 250,
        request: { method: 'POST', url: 'https://api.acme.example/leads', headers: { 'X-Tag': 'a, b' }, body: '{"a":1}' },
        response: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"id":"42"}' },
        outcome: 'success',
        address: '203.0.113.7:443',
        nextAttemptAt: null,
      },
    ],
  });
  const listed = await api.call('GET', '/v1/leads');
  expect(listed.text).not.toContain('attempts');
});
