import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import { testDatabases, type Opened } from '../../store/testing.ts';
import { BARE_INSTALLATION } from '../installation.ts';
import { noRows } from '../no-rows.test-support.ts';
import { SharedTokens } from '../tokens/shared-tokens.ts';
import { zohoConfigSchema } from './config.ts';
import { zohoChannel } from './index.ts';
import { ZohoCrm } from './zoho-crm.test-support.ts';

const LEADS = 25;

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('tokens of Zoho that all processes share, $name', ({ open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  it('cost one token call, however many leads there are at once', async () => {
    const crm = await ZohoCrm.start();
    const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
    const processes = [1, 2].map(() => new SharedTokens({ store: opened.store.tokens, onAheadFailed: () => undefined }));
    onTestFinished(async () => {
      await Promise.all(processes.map((shared) => shared.close()));
      await Promise.all([crm.close(), http.close()]);
    });
    const config = zohoConfigSchema.parse({ id: 'crm', type: 'zoho', baseUrl: crm.baseUrl, ...ZohoCrm.CLIENT });
    const send = async (number: number, shared: SharedTokens) => {
      const deliveryId = `delivery-${number}`;
      const rendered = zohoChannel.render({ config, lead: leadOf({ last_name: 'O’Neil', email: `lead-${number}@example.com` }), deliveryId }, BARE_INSTALLATION);
      if (!rendered.ok) throw new Error('the sample lead can be rendered');
      const tokens = shared.of('acme', 'crm');
      return zohoChannel.send({ config, request: rendered.request, deliveryId, http, installation: BARE_INSTALLATION, tokens, rows: noRows, signal: new AbortController().signal, now: () => new Date() });
    };
    const results = await Promise.all(processes.flatMap((shared, process) => Array.from({ length: LEADS }, (_, index) => send(process * LEADS + index, shared))));
    expect(results.map(({ outcome }) => outcome.outcome)).toEqual(results.map(() => 'success'));
    expect(crm.rows.size).toBe(2 * LEADS);
    expect(crm.tokenCalls).toBe(1);
  });
});
