import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { listen } from '../../egress/tcp-server.test-support.ts';

/** A request as HubSpot got it. */
export interface HubspotRequest {
  method: string;
  path: string;
  authorization: string;
  body: string;
}

/** Said in the place of what HubSpot would answer. `lost`: it does its work, and the answer never arrives. */
export type ToldAnswer = { status: number; headers?: Record<string, string>; body?: unknown } | 'hang' | 'lost';

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

const contactBody = z.object({ properties: z.record(z.string(), z.string()) });
const KNOWN = new Set(['email', 'firstname', 'lastname', 'phone', 'mobilephone', 'company', 'jobtitle', 'address', 'city', 'state', 'zip', 'country', 'website', 'message', 'leadrail_delivery_id', 'interests']);

/** HubSpot's contacts and token endpoint on loopback, by its documentation: email is unique, and properties have to be there. */
export class HubspotStandIn {
  static readonly APP = { clientId: 'app-1', clientSecret: 'app-secret+/&' };
  readonly requests: HubspotRequest[] = [];
  readonly contacts = new Map<string, Record<string, string>>();
  readonly accessTokens = new Set(['pat-na1-made-up']);
  readonly refreshTokens = new Set(['refresh-made-up']);
  /** Taken in turn by requests that are about contacts; null: as usual. */
  readonly told: (ToldAnswer | null)[] = [];
  baseUrl = '';
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  static async start(): Promise<HubspotStandIn> {
    const standIn = new HubspotStandIn();
    standIn.baseUrl = `http://127.0.0.1:${await listen(standIn.#server)}`;
    return standIn;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
    const received = { method: request.method ?? '', path: request.url ?? '', authorization: request.headers.authorization ?? '', body: Buffer.concat(chunks).toString() };
    this.requests.push(received);
    const told = received.path.startsWith('/crm/') ? this.told.shift() : null;
    if (told === 'hang') return;
    const { status, headers, body } = told === 'lost' || told === null || told === undefined ? this.#answer(received) : told;
    if (told === 'lost') request.socket.resetAndDestroy();
    else response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body === undefined ? '' : JSON.stringify(body));
  }

  #answer({ method, path, authorization, body }: HubspotRequest): Answer {
    if (path === '/oauth/2026-03/token' && method === 'POST') return this.#giveToken(new URLSearchParams(body));
    if (!this.accessTokens.has(authorization.replace(/^Bearer /, ''))) return failed(401, 'INVALID_AUTHENTICATION', 'Authentication credentials not found.');
    const place = /^\/crm\/v3\/objects\/contacts(?:\/(?<id>\d+))?$/.exec(path);
    if (place === null) return { status: 404 };
    const id = place.groups?.['id'];
    const parsed = contactBody.safeParse(JSON.parse(body));
    if (!parsed.success) return failed(400, 'VALIDATION_ERROR', 'Invalid input JSON');
    const invalid = refusalOf(parsed.data.properties);
    if (method === 'POST' && id === undefined) return invalid ?? this.#create(parsed.data.properties);
    if (method === 'PATCH' && id !== undefined) return this.#update(id, parsed.data.properties, invalid);
    return { status: 404 };
  }

  #create(properties: Record<string, string>): Answer {
    const { email } = properties;
    const existing = [...this.contacts].find(([, contact]) => email !== undefined && contact['email'] === email);
    if (existing) return failed(409, 'CONFLICT', `Contact already exists. Existing ID: ${existing[0]}`);
    const id = String(501 + this.contacts.size);
    this.contacts.set(id, properties);
    return { status: 201, body: { id, properties, archived: false } };
  }

  #update(id: string, properties: Record<string, string>, invalid: Answer | null): Answer {
    const contact = this.contacts.get(id);
    if (contact === undefined) return failed(404, 'OBJECT_NOT_FOUND', 'resource not found');
    if (invalid) return invalid;
    this.contacts.set(id, { ...contact, ...properties });
    return { status: 200, body: { id, properties } };
  }

  #giveToken(parameters: URLSearchParams): Answer {
    const { clientId, clientSecret } = HubspotStandIn.APP;
    if (parameters.get('client_id') !== clientId || parameters.get('client_secret') !== clientSecret) return { status: 400, body: { status: 'BAD_CLIENT_SECRET', error: 'invalid_client', error_description: 'missing or invalid client secret' } };
    if (parameters.get('grant_type') !== 'refresh_token' || !this.refreshTokens.has(parameters.get('refresh_token') ?? '')) return { status: 400, body: { status: 'BAD_REFRESH_TOKEN', error: 'invalid_grant', error_description: 'missing or unknown refresh token' } };
    const token = `access-${randomUUID()}`;
    this.accessTokens.add(token);
    return { status: 200, body: { access_token: token, refresh_token: parameters.get('refresh_token'), token_type: 'bearer', expires_in: 1800 } };
  }
}

/** An error's body as HubSpot writes it. */
export function failed(status: number, category: string, message: string, more: Record<string, unknown> = {}): Answer {
  return { status, body: { status: 'error', message, correlationId: randomUUID(), category, ...more } };
}

function refusalOf(properties: Record<string, string>): Answer | null {
  const errors = Object.entries(properties).flatMap(([name, value]) => {
    if (!KNOWN.has(name)) return [{ code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: [name] }, message: `Property "${name}" does not exist` }];
    return name === 'email' && !/^\S+@\S+\.\S+$/.test(value) ? [{ code: 'INVALID_EMAIL', context: { propertyName: [name] }, message: `Email address ${value} is invalid` }] : [];
  });
  return errors.length === 0 ? null : failed(400, 'VALIDATION_ERROR', 'Property values were not valid', { errors });
}
