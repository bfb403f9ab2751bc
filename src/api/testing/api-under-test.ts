import { pino } from 'pino';
import { z } from 'zod';
import { BARE_INSTALLATION, type Installation } from '../../channels/installation.ts';
import { Configuration } from '../../configuration/configuration.ts';
import type { DestinationTypes } from '../../configuration/destination-types.ts';
import { destinationShape, withCommonUnits } from '../../domain/config/destination.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import { createEncryption } from '../../store/encryption.ts';
import { openStore } from '../../store/open.ts';
import type { Settlement } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { createApi } from '../app.ts';
import { createBuyerSync } from '../config/buyer-sync.ts';
import { DEFAULT_BODY_LIMIT_BYTES, DEFAULT_INTAKE_AT_ONCE } from '../dependencies.ts';
import { createLeadStarter } from '../intake/lead-starter.ts';
import { createRedelivery } from '../redelivery/create-redelivery.ts';
import { createMetrics } from '../../metrics/metrics.ts';
import { listen } from '../server.ts';
import { RecordingEngine } from './recording-engine.ts';

export const ADMIN_KEY = 'admin-key-of-a-test-0123456789';

const webhookSchema = z
  .strictObject({ ...destinationShape, type: z.literal('webhook'), url: z.url(), token: z.string().optional() })
  .transform(withCommonUnits);

const types: DestinationTypes = {
  schemas: { webhook: webhookSchema },
  checks: {},
  credentialPaths: (destination) => ('token' in destination && destination.token !== undefined ? [['token']] : []),
};

/** A source with a required phone; a fan-out to acme for California, a failover chain for Texas, no route for the rest. */
export const CONFIG = {
  sources: [{ id: 'facebook', fields: { phone: { type: 'phone', required: true }, email: { type: 'email' }, state: { type: 'state' } } }, { id: 'partner' }],
  buyers: [
    {
      id: 'acme',
      destinations: [
        { id: 'api', type: 'webhook', url: 'https://api.acme.example/leads', token: 'a-literal-token' },
        { id: 'copy', type: 'webhook', url: 'https://copy.acme.example/leads', required: false },
      ],
    },
    { id: 'bravo', destinations: [{ id: 'api', type: 'webhook', url: 'https://bravo.example/leads', token: 'secret://bravo_token' }] },
    { id: 'spare', destinations: [{ id: 'api', type: 'webhook', url: 'https://spare.example/leads' }] },
  ],
  routes: [
    { id: 'west', when: 'lead.state == "CA"', deliver: ['acme'] },
    { id: 'south', when: 'lead.state == "TX"', deliver: [{ firstOf: ['acme/api', 'bravo'] }] },
  ],
};

/** An answer, read. */
export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; undefined when it is none. */
  json: unknown;
}

export interface ApiUnderTest {
  url: string;
  store: Store;
  engine: RecordingEngine;
  configuration: Configuration;
  /** Everything that was logged, one JSON line each. */
  logged: string[];
  /** Every answer so far, to look for what must never be in one. */
  answers: Answered[];
  call(method: string, path: string, options?: CallOptions): Promise<Answered>;
  /** Sends a lead in as source facebook and returns its id. */
  sendLead(fields: Record<string, unknown>): Promise<string>;
  settle(deliveryId: string, state: Settlement['state']): Promise<void>;
  /** Waits until the starter has nothing more to do, and takes it out of service. */
  closeStarter(): Promise<void>;
  close(): Promise<void>;
}

export interface CallOptions {
  /** JSON unless it is text. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Null: no key at all. */
  key?: string | null;
}

/** The whole API on a real socket over an embedded database in memory. */
export async function startApi(options: { resendWebhookSecret?: string; temporalSdkUrl?: string; intakeAtOnce?: number; types?: DestinationTypes; allowedNetworks?: string[]; installation?: Installation } = {}): Promise<ApiUnderTest> {
  const store = await openStore({ kind: 'embedded', dataDir: 'memory://' }, createEncryption('an-encryption-key-of-a-test'));
  const engine = new RecordingEngine();
  const clock = () => new Date();
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  const configuration = new Configuration({ store, clock, types: options.types ?? types });
  const http = createHttpClient({ allowedNetworks: options.allowedNetworks ?? [] });
  const leadStarter = createLeadStarter({ engine, leads: store.leads, log, clock }, { concurrency: 8, waiting: 100, startWithinMs: 60_000, noteAfterMs: 5 });
  const app = createApi({
    store,
    configuration,
    engine,
    http,
    installation: options.installation ?? BARE_INSTALLATION,
    settings: { publicUrl: 'http://leadrail.example', adminKey: ADMIN_KEY, bodyLimitBytes: DEFAULT_BODY_LIMIT_BYTES, intakeAtOnce: options.intakeAtOnce ?? DEFAULT_INTAKE_AT_ONCE, version: '0.0.0-test', resendWebhookSecret: options.resendWebhookSecret ?? null },
    log,
    clock,
    redeliver: createRedelivery({ store, configuration, engine, log }),
    leadStarter,
    buyerSync: createBuyerSync({ configuration, engine, log }),
    metrics: createMetrics({ version: '0.0.0-test', store, configuration, temporalSdkUrl: options.temporalSdkUrl ?? null, clock, gaugesMaxAgeMs: 0 }),
  });
  const server = await listen(app, '127.0.0.1', 0);
  const answers: Answered[] = [];

  const call: ApiUnderTest['call'] = async (method, path, { body, headers = {}, key = ADMIN_KEY } = {}) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = { status: response.status, headers: response.headers, text, json: parsed(text) };
    answers.push(answer);
    return answer;
  };

  return {
    url: server.url,
    store,
    engine,
    configuration,
    logged,
    answers,
    call,
    sendLead: async (fields) => {
      const { json } = await call('POST', '/v1/leads?source=facebook', { body: { phone: '212-555-0142', ...fields } });
      return z.object({ id: z.string() }).parse(json).id;
    },
    settle: async (deliveryId, state) => {
      const deadLetter = state === 'rejected' ? 'refused' : state === 'failed' ? 'undeliverable' : state === 'unknown' ? 'unknown' : null;
      await store.deliveries.settle(deliveryId, { state, reason: null, explanation: null, deadLetter });
    },
    closeStarter: () => leadStarter.close(),
    close: async () => {
      await server.close(0);
      await leadStarter.close();
      await http.close();
      await store.close();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
