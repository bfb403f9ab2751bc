import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../../egress/tcp-server.test-support.ts';
import type { ReceivedRequest } from '../stand-in.test-support.ts';

type Row = Record<string, unknown>;

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** What happens in the place of the next answer, or after the record was written. */
export type Failure = Answer | 'lose-answer';

/**
 * An organisation of Dataverse on loopback, as Microsoft documents it: tokens, upserts with If-Match and If-None-Match, by id or
 * alternate key, duplicate detection by email, and OData reads of leads.
 */
export class Dataverse {
  static readonly CLIENT = { tenantId: 'tenant-1', clientId: 'app-1', clientSecret: 'dataverse-secret/+' };
  readonly rows = new Map<string, Row>();
  readonly requests: ReceivedRequest[] = [];
  readonly tokenCalls: URLSearchParams[] = [];
  /** Taken one by one, before a request to the Web API is looked at; null lets it pass. */
  readonly failures: (Failure | null)[] = [];
  /** A column whose values must be unique, by an alternate key of theirs. */
  uniqueColumn: string | null = null;
  baseUrl = '';
  #token = '';
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  static async start(): Promise<Dataverse> {
    const standIn = new Dataverse();
    standIn.baseUrl = `http://127.0.0.1:${await listen(standIn.#server)}`;
    return standIn;
  }

  revokeToken(): void {
    this.#token = '';
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? '/', 'http://stand-in');
    if (url.pathname.endsWith('/oauth2/v2.0/token')) {
      this.#answer(response, this.#issue(url, new URLSearchParams(body.toString())));
      return;
    }
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    this.requests.push({ method: request.method ?? '', url: request.url ?? '', headers, body });
    const failure = this.failures.shift() ?? null;
    if (failure !== null && failure !== 'lose-answer') {
      this.#answer(response, failure);
      return;
    }
    const answer = this.#api(request.method ?? '', url, headers, body);
    if (failure === 'lose-answer') request.socket.resetAndDestroy();
    else this.#answer(response, answer);
  }

  #answer(response: ServerResponse, { status, headers, body }: Answer): void {
    response.writeHead(status, { ...(body === undefined ? {} : { 'content-type': 'application/json; odata.metadata=minimal' }), ...headers }).end(body === undefined ? '' : JSON.stringify(body));
  }

  #issue(url: URL, parameters: URLSearchParams): Answer {
    this.tokenCalls.push(parameters);
    const { tenantId, clientId, clientSecret } = Dataverse.CLIENT;
    if (url.pathname !== `/${tenantId}/oauth2/v2.0/token` || parameters.get('client_id') !== clientId || parameters.get('client_secret') !== clientSecret) {
      return { status: 401, body: { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided.' } };
    }
    if (parameters.get('grant_type') !== 'client_credentials' || parameters.get('scope') !== `${this.baseUrl}/.default`) return { status: 400, body: { error: 'invalid_scope' } };
    this.#token = `token-${randomUUID()}`;
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: this.#token } };
  }

  #api(method: string, url: URL, headers: Record<string, string>, body: Buffer): Answer {
    if (headers['authorization'] !== `Bearer ${this.#token}`) return { status: 401, headers: { 'www-authenticate': 'Bearer error=invalid_token' } };
    const place = /^\/api\/data\/v9\.2\/leads(?:\((?:([a-z_]+)=)?'?([^')]+)'?\))?$/.exec(decodeURIComponent(url.pathname));
    if (!place) return error(404, '0x80060888', 'Resource not found for the segment.');
    const [, key, value] = place;
    if (value === undefined) return this.#search(url.searchParams);
    const id = key === undefined ? value : [...this.rows].find(([, row]) => row[key] === value)?.[0];
    if (method === 'GET') return id !== undefined && this.rows.has(id) ? { status: 200, body: { leadid: id } } : error(404, '0x80040217', `lead With Id = ${value} Does Not Exist`);
    return this.#upsert(headers, { ...parse(body), ...(key === undefined ? {} : { [key]: value }) }, id, key === undefined ? null : `${key}='${value}'`);
  }

  #upsert(headers: Record<string, string>, row: Row, id: string | undefined, named: string | null): Answer {
    const known = id === undefined ? undefined : this.rows.get(id);
    if (known && headers['if-none-match'] === '*') return error(412, '0x80060892', 'A record with matching key values already exists.');
    if (!known && headers['if-match'] === '*') return error(404, '0x80040217', 'lead Does Not Exist');
    const others = [...this.rows].filter(([other]) => other !== id).map(([, other]) => other);
    const unique = this.uniqueColumn;
    if (unique !== null && others.some((other) => other[unique] === row[unique])) return error(412, '0x80060892', `A record that has the attribute values ${unique} already exists.`);
    if (headers['mscrm.suppressduplicatedetection'] === 'false' && others.some((other) => other['emailaddress1'] === row['emailaddress1'])) {
      return error(412, '0x80040333', 'A record was not created or updated because a duplicate of the current record already exists.');
    }
    const recordId = id ?? randomUUID();
    this.rows.set(recordId, { ...known, ...row });
    return { status: 204, headers: { 'odata-version': '4.0', 'odata-entityid': `${this.baseUrl}/api/data/v9.2/leads(${named ?? recordId})` } };
  }

  #search(parameters: URLSearchParams): Answer {
    const [, column = '', value = ''] = /^(\w+) eq '(.*)'$/.exec(parameters.get('$filter') ?? '') ?? [];
    const found = [...this.rows].filter(([, row]) => row[column] === value.replaceAll("''", "'")).reverse();
    return { status: 200, body: { value: found.slice(0, Number(parameters.get('$top') ?? 5_000)).map(([leadid]) => ({ leadid })) } };
  }
}

function error(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } };
}

function parse(body: Buffer): Row {
  const parsed: unknown = JSON.parse(body.toString());
  return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {};
}
