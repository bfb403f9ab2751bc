import { describe, expect, it } from 'vitest';
import { isTypeToCome } from '../domain/config/availability.ts';
import { parseConfig } from '../domain/config/parse.ts';
import { leadOf } from '../domain/mapping/lead-of.test-support.ts';
import { createHttpClient } from '../egress/undici-http-client.ts';
import { bindChannel } from './bind-channel.ts';
import { databaseChannel } from './database/index.ts';
import { boundChannelOf, channelOf, channels, credentialPaths, destinationChecks, destinationSchemas } from './registry.ts';
import { BARE_INSTALLATION } from './installation.ts';
import { noRows } from './no-rows.test-support.ts';
import { noTokens } from './tokens/no-tokens.test-support.ts';

const document = (destination: Record<string, unknown>) => ({ buyers: [{ id: 'acme', destinations: [{ id: 'one', ...destination }] }] });

function destinationOf(destination: Record<string, unknown>) {
  const parsed = parseConfig(document(destination), destinationSchemas, destinationChecks);
  const found = parsed.ok ? parsed.config.buyers[0]?.destinations[0] : undefined;
  if (!found) throw new Error('the document is good');
  return found;
}

describe('the registry', () => {
  it('has each type under its name, and none that is still to come', () => {
    expect([...channels.keys()]).toEqual(['webhook', 'database', 'email', 'sms', 'google-sheets', 'hubspot', 'salesforce', 'dynamics', 'zoho', 'zapier']);
    expect([...channels.keys()].filter(isTypeToCome)).toEqual([]);
    expect(channelOf('batch')).toBeUndefined();
    expect(() => boundChannelOf('fax')).toThrow(/"fax"/);
  });

  it('serves destinations that came through the whole configuration', () => {
    const webhook = destinationOf({ type: 'webhook', url: 'https://buyer.example/', auth: { type: 'bearer', token: 'secret://t' } });
    expect(credentialPaths(webhook)).toEqual([['auth', 'token']]);
    expect(boundChannelOf('webhook').render({ config: webhook, lead: leadOf({ a: '1' }), deliveryId: 'd' }, BARE_INSTALLATION)).toMatchObject({ ok: true });
  });

  it('reports what a channel finds, with its place', () => {
    const bad = parseConfig(document({ type: 'webhook', url: 'https://buyer.example/', headers: { 'X-A': '{' } }), destinationSchemas, destinationChecks);
    expect(bad).toMatchObject({ ok: false, mistakes: [{ path: 'buyers[0].destinations[0].headers["X-A"]' }] });
    const typo = parseConfig(document({ type: 'webhook', url: 'https://buyer.example/', auth: { type: 'bearer', tokn: 'x' } }), destinationSchemas, destinationChecks);
    expect(JSON.stringify(typo)).toContain('did you mean `token`');
    const kind = parseConfig(document({ type: 'webhook', url: 'https://buyer.example/', auth: { type: 'barer' } }), destinationSchemas, destinationChecks);
    expect(JSON.stringify(kind)).toContain('bearer');
  });

  it('does not serve a destination that its schema did not read', () => {
    const webhook = destinationOf({ type: 'webhook', url: 'https://buyer.example/' });
    expect(() => boundChannelOf('database').render({ config: webhook, lead: leadOf({}), deliveryId: 'd' }, BARE_INSTALLATION)).toThrow(/database channel/);
    expect(() => bindChannel(databaseChannel).credentialPaths({ ...webhook })).toThrow(/was not read/);
  });
});

describe('the database channel', () => {
  it('keeps the lead without sending anything', async () => {
    const channel = boundChannelOf('database');
    const config = destinationOf({ type: 'database' });
    const rendered = channel.render({ config, lead: leadOf({ a: '1' }), deliveryId: 'd' }, BARE_INSTALLATION);
    expect(rendered).toEqual({ ok: true, request: { method: 'STORE', url: 'database:one', headers: [], body: null } });
    if (!rendered.ok) return;
    const http = createHttpClient({ allowedNetworks: [] });
    const result = await channel.send({ config, request: rendered.request, deliveryId: 'd', http, installation: BARE_INSTALLATION, tokens: noTokens, rows: noRows, signal: new AbortController().signal, now: () => new Date() });
    expect(result).toEqual({ outcome: { outcome: 'success', billable: false, reason: 'kept' } });
    await http.close();
  });

  it('takes no settings but the common ones', () => {
    expect(channelOf('database')?.configSchema.safeParse({ id: 'one', type: 'database', url: 'https://buyer.example/' }).success).toBe(false);
  });
});
