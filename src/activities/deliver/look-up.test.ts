import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BARE_INSTALLATION } from '../../channels/installation.ts';
import { ACCOUNT_SID, AUTH_TOKEN, FROM, startTwilio, TO, type Behaviour, type TwilioStandIn } from '../../channels/sms/twilio.test-support.ts';
import { noRows } from '../../channels/no-rows.test-support.ts';
import { noTokens } from '../../channels/tokens/no-tokens.test-support.ts';
import { Configuration } from '../../configuration/configuration.ts';
import type { DeliverResult } from '../../domain/delivery/result.ts';
import type { HttpClient } from '../../egress/http-client.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import { beginning, newLead, planned, planOf, testDatabases, type Opened } from '../../store/testing.ts';
import { BreakerReporter } from '../gate/breaker-reporter.ts';
import { GateReader } from '../gate/gate-reader.ts';
import { deliver } from './deliver.ts';
import type { DeliverDependencies } from './dependencies.ts';

/** As often as Temporal would call the activity at most. */
const MOST_TRIES = 8;

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('a delivery that may have arrived is looked up first, $name', ({ open }) => {
  let opened: Opened;
  let http: HttpClient;
  let twilio: TwilioStandIn;
  let dependencies: DeliverDependencies;
  let configVersion: number;

  beforeAll(async () => {
    opened = await open();
    http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
  });
  afterAll(async () => {
    await http.close();
    await opened.close();
  });

  beforeEach(async () => {
    twilio = await startTwilio();
    const configuration = new Configuration({ store: opened.store, clock: () => new Date() });
    const destination = { id: 'text', type: 'sms', accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, from: FROM, to: TO, baseUrl: twilio.baseUrl, text: 'Call {first_name}, {lead.id}' };
    const applied = await configuration.apply({ buyers: [{ id: 'acme', destinations: [{ ...destination, timeout: '1s' }] }] }, { by: 'api' });
    if (!applied.ok) throw new Error(JSON.stringify(applied.mistakes));
    configVersion = applied.version;
    dependencies = {
      store: opened.store,
      configuration,
      http,
      tokens: { of: () => noTokens }, rows: { of: () => noRows },
      installation: BARE_INSTALLATION,
      gates: new GateReader(opened.store.gates, () => performance.now()),
      reporter: new BreakerReporter(() => Promise.resolve(), () => Promise.resolve(), () => undefined),
      clock: () => new Date(),
      random: () => 0,
      pause: () => Promise.resolve(),
      log: pino({ level: 'silent' }),
      metrics: { attemptEnded: () => undefined, deliverySettled: () => undefined },
    };
  });
  afterEach(() => twilio.close());

  async function newDelivery() {
    const delivery = planned('acme/text', { type: 'sms', timeoutMs: 1_000 });
    const lead = newLead(planOf([delivery]));
    await opened.store.leads.accept(lead);
    return { deliveryId: delivery.id, leadId: lead.id };
  }

  /** Calls the activity until it has an end, as Temporal does; its waits are not waited for. */
  async function run({ deliveryId, leadId }: { deliveryId: string; leadId: string }) {
    const input = { deliveryId, leadId, buyer: 'acme', destination: 'text', configVersion, whenShut: 'hold' as const };
    for (let tryNumber = 1; tryNumber <= MOST_TRIES; tryNumber++) {
      // From the second try on: the wait of a first pass is none of this test's.
      const context = { workflowId: `lead-${leadId}`, signal: new AbortController().signal, tryNumber: tryNumber + 1, remember: () => undefined, remembered: [] };
      await deliver(dependencies, input, context).catch((): DeliverResult | null => null);
      const now = await opened.store.deliveries.get(deliveryId);
      if (now && now.state !== 'planned' && now.state !== 'delivering') return now;
    }
    throw new Error('the delivery came to no end');
  }

  async function settle(...behaviours: Behaviour[]) {
    twilio.behaviours = behaviours;
    const delivery = await newDelivery();
    return { end: await run(delivery), delivery };
  }

  it.each(['take-and-cut', 'take-and-hang', 'take-and-fail'] as const)('%s: exactly one message, and the delivery knows it', async (behaviour) => {
    const { end, delivery } = await settle(behaviour);
    expect(end).toMatchObject({ state: 'delivered', recipientId: twilio.messages[0]?.sid });
    expect(twilio.messages).toHaveLength(1);
    expect(twilio.bodies).toHaveLength(1);
    const attempts = await opened.store.attempts.ofDeliveries([delivery.deliveryId]);
    expect(attempts.map(({ request, outcome, kind }) => [request?.method, outcome, kind])).toEqual([
      ['POST', 'error', 'unknown'],
      ['GET', 'success', null],
    ]);
    expect(JSON.stringify(attempts)).not.toContain(AUTH_TOKEN);
    expect(JSON.stringify(attempts)).not.toContain(Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64'));
  });

  it.each(['drop-and-cut', 'drop-and-fail'] as const)('%s: sent again, with the same bytes, once the log says that it was not taken', async (behaviour) => {
    const { end, delivery } = await settle(behaviour);
    expect(end.state).toBe('delivered');
    expect(twilio.messages).toHaveLength(1);
    expect(twilio.lookUps).toHaveLength(1);
    const [first, second] = twilio.bodies;
    expect(second).toBe(first);
    expect((await opened.store.leads.get(delivery.leadId))?.notes).toEqual([expect.stringContaining('was sent again')]);
  });

  it('sends nothing while the log cannot be read, and leaves it to a person', async () => {
    twilio.logStatus = 500;
    const { end } = await settle('drop-and-cut');
    expect(end).toMatchObject({ state: 'unknown', deadLetter: 'unknown' });
    expect(twilio.bodies).toHaveLength(1);
    expect(twilio.lookUps).toHaveLength(2);
  });

  it('looks up what a lost worker left open, also one that had sent it before', async () => {
    const taken = await newDelivery();
    await opened.store.attempts.begin({ ...beginning(taken.deliveryId), startedAt: new Date().toISOString(), configVersion });
    twilio.messages.push({ sid: 'SM-before', to: TO, from: FROM, body: `Call Ada, ${taken.leadId}`, status: 'sent', date_created: new Date().toUTCString(), messaging_service_sid: null, error_code: null });
    expect(await run(taken)).toMatchObject({ state: 'delivered', recipientId: 'SM-before' });
    expect(twilio.bodies).toHaveLength(0);

    const untaken = await newDelivery();
    await opened.store.attempts.begin({ ...beginning(untaken.deliveryId), startedAt: new Date().toISOString(), configVersion });
    expect(await run(untaken)).toMatchObject({ state: 'delivered' });
    expect(twilio.bodies).toHaveLength(1);
    expect(twilio.lookUps).toHaveLength(2);
  });

  it('does not look up what was answered', async () => {
    const { end } = await settle({ status: 429, code: 20429 });
    expect(end.state).toBe('delivered');
    expect(twilio.lookUps).toHaveLength(0);
    expect(twilio.bodies).toHaveLength(2);
  });
});
