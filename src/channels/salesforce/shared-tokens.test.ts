import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import { testDatabases, type Opened } from '../../store/testing.ts';
import { BARE_INSTALLATION } from '../installation.ts';
import { noRows } from '../no-rows.test-support.ts';
import { SharedTokens } from '../tokens/shared-tokens.ts';
import { salesforceConfigSchema } from './config.ts';
import { salesforceChannel } from './index.ts';
import { Organisation } from './organisation.test-support.ts';

const LEADS = 10;

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('tokens of Salesforce that all processes share, $name', ({ open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  it('cost one call, bring everybody to the instance, outlive a restart, and change with each renewal', async () => {
    const organisation = await Organisation.start();
    const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
    const started: SharedTokens[] = [];
    const start = () => {
      const shared = new SharedTokens({ store: opened.store.tokens, onAheadFailed: () => undefined });
      started.push(shared);
      return shared;
    };
    onTestFinished(async () => {
      await Promise.all(started.map((shared) => shared.close()));
      await Promise.all([organisation.close(), http.close()]);
    });
    // As it stands in the configuration: the tokens that follow it are only in the store.
    const config = salesforceConfigSchema.parse({ id: 'crm', type: 'salesforce', baseUrl: organisation.loginUrl, ...Organisation.CLIENT, refreshToken: organisation.refreshToken, externalIdField: Organisation.EXTERNAL_ID });
    const send = async (number: number, shared: SharedTokens) => {
      const deliveryId = `00000000-0000-5000-8000-${String(number).padStart(12, '0')}`;
      const rendered = salesforceChannel.render({ config, lead: leadOf({ last_name: 'O’Neil', email: `lead-${number}@example.com` }), deliveryId }, BARE_INSTALLATION);
      if (!rendered.ok) throw new Error('the sample lead can be rendered');
      const { outcome } = await salesforceChannel.send({ config, request: rendered.request, deliveryId, http, installation: BARE_INSTALLATION, tokens: shared.of('acme', 'crm'), rows: noRows, signal: new AbortController().signal, now: () => new Date() });
      return outcome.outcome;
    };
    const wave = (first: number, processes: SharedTokens[]) => Promise.all(processes.flatMap((shared, process) => Array.from({ length: LEADS }, (_, index) => send(first + process * LEADS + index, shared))));
    const successes = Array.from({ length: 2 * LEADS }, () => 'success');
    expect(await wave(0, [start(), start()])).toEqual(successes);
    expect(organisation.tokenCalls).toHaveLength(1);
    const restarted = [start(), start()];
    expect(await wave(100, restarted)).toEqual(successes);
    expect(organisation.tokenCalls).toHaveLength(1);
    organisation.revokeToken();
    expect(await wave(200, restarted)).toEqual(successes);
    expect(organisation.tokenCalls.map((call) => call.get('refresh_token'))).toEqual(['5Aep.first-refresh-token', expect.not.stringContaining('first')]);
    expect(organisation.rows.size).toBe(3 * 2 * LEADS);
    expect(new Set(organisation.requests.map(({ headers }) => headers['host']))).toEqual(new Set([new URL(organisation.instanceUrl ?? '').host]));
  });
});
