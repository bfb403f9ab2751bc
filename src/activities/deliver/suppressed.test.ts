import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BARE_INSTALLATION } from '../../channels/installation.ts';
import { maskRequest } from '../../channels/masking.ts';
import { Redactions } from '../../domain/masking/mask.ts';
import { boundChannelOf } from '../../channels/registry.ts';
import { startStandIn, type StandIn } from '../../channels/stand-in.test-support.ts';
import { noRows } from '../../channels/no-rows.test-support.ts';
import { noTokens } from '../../channels/tokens/no-tokens.test-support.ts';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import { testDatabases, type Opened } from '../../store/testing.ts';
import type { PreparedRequest } from './prepare-request.ts';
import { sendPrepared } from './send-prepared.ts';

const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
let opened: Opened;
let standIn: StandIn;
beforeAll(async () => {
  const [database] = testDatabases(undefined);
  if (!database) throw new Error('there is an embedded database');
  opened = await database.open();
  standIn = await startStandIn({ status: 200, body: '{"id":"e-1"}' });
});
afterAll(async () => {
  await standIn.close();
  await opened.close();
});

function prepared(words: Record<string, unknown>): PreparedRequest {
  const channel = boundChannelOf('email');
  const destination = channel.configSchema.parse({ id: 'inbox', type: 'email', from: 'leads@sender.example', apiKey: 're_made_up', baseUrl: standIn.baseUrl, ...words });
  const rendered = channel.render({ config: destination, lead: leadOf({ first_name: 'Zoë' }), deliveryId: 'd-1' }, BARE_INSTALLATION);
  if (!rendered.ok) throw new Error('the lead can be rendered');
  const { request } = rendered;
  return { ok: true, configVersion: 1, channel, destination, request, kept: { configVersion: 1, ...request, masked: maskRequest(request, Redactions.none) }, redactions: Redactions.none, notes: [] };
}

const send = (words: Record<string, unknown>) =>
  sendPrepared(
    { store: opened.store, http, tokens: { of: () => noTokens }, rows: { of: () => noRows }, installation: BARE_INSTALLATION, clock: () => new Date() },
    { buyer: 'acme', destination: 'inbox', deliveryId: 'd-1' },
    prepared(words),
    null,
    { signal: new AbortController().signal },
  );

describe('a suppressed recipient', () => {
  it('gets nothing, in to, cc or bcc, until it is released; the reason says how, and names no address', async () => {
    const { id, since } = await opened.store.suppressions.add({ address: 'sales@buyer.example', cause: 'bounced', buyer: 'acme', destination: 'inbox', deliveryId: 'd-0', since: '2026-03-01T10:00:00.000Z' }, { lead: null, reason: 'It came back.', raisedAt: '2026-03-01T10:00:00.000Z' });
    for (const words of [{ to: 'Sales <SALES@buyer.example>' }, { to: 'a@buyer.example', cc: 'sales@buyer.example' }, { to: 'a@buyer.example', bcc: 'sales@buyer.example' }]) {
      const { outcome, sent } = await send(words);
      expect(outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'recipient' });
      expect(outcome.reason).toContain(`suppressed since ${since} because an email to it came back for good; release it with DELETE /v1/suppressions/${id}`);
      expect(outcome.reason).not.toContain('@');
      expect(sent).toBeNull();
    }
    expect(standIn.requests).toEqual([]);
    expect((await send({ to: 'a@buyer.example', replyTo: 'sales@buyer.example' })).outcome.outcome).toBe('success');
    await opened.store.suppressions.release(id, '2026-03-01T11:00:00.000Z');
    expect((await send({ to: 'sales@buyer.example' })).outcome.outcome).toBe('success');
  });
});
