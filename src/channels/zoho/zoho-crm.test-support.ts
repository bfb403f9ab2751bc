import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { listen } from '../../egress/tcp-server.test-support.ts';

const requestSchema = z.strictObject({
  data: z.array(z.record(z.string(), z.unknown())).min(1).max(100),
  duplicate_check_fields: z.array(z.string()).min(1).max(5).optional(),
  trigger: z.array(z.string()).optional(),
});

export type ZohoRequest = z.output<typeof requestSchema>;

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** What happens in the place of the next answer, or after the record was written. */
export type Failure = Answer | 'lose-answer';

/**
 * Zoho CRM on loopback, as Zoho documents it: tokens of a refresh token, ten of them in ten minutes; inserts and upserts of Leads
 * with a status of each record's own, unique fields and mandatory ones.
 */
export class ZohoCrm {
  static readonly CLIENT = { clientId: '1000.CLIENT', clientSecret: 'zoho-secret/+', refreshToken: '1000.refresh-token' };
  static readonly TOKENS_IN_TEN_MINUTES = 10;
  readonly rows = new Map<string, Record<string, unknown>>();
  readonly requests: { path: string; headers: IncomingMessage['headers']; body: ZohoRequest }[] = [];
  /** Taken one by one, before a request to the API is looked at; null lets it pass. */
  readonly failures: (Failure | null)[] = [];
  readonly uniqueFields = new Set<string>();
  /** Of a record that is made, by their layout. */
  readonly mandatoryFields = new Set(['Last_Name']);
  /** What a token's answer says of the API. */
  apiDomain: string | undefined = 'https://www.zohoapis.com';
  tokenCalls = 0;
  baseUrl = '';
  #token = '';
  #nextId = 554023000000000001n;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  static async start(): Promise<ZohoCrm> {
    const standIn = new ZohoCrm();
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
    const body = Buffer.concat(chunks).toString();
    const path = request.url ?? '';
    const give = ({ status, headers, body: said }: Answer) => response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers }).end(said === undefined ? '' : JSON.stringify(said));
    if (path === '/oauth/v2/token') {
      give(this.#issue(new URLSearchParams(body)));
      return;
    }
    const asked = requestSchema.parse(JSON.parse(body));
    this.requests.push({ path, headers: request.headers, body: asked });
    const failure = this.failures.shift() ?? null;
    if (failure !== null && failure !== 'lose-answer') {
      give(failure);
      return;
    }
    const answer = this.#api(path, request.headers.authorization ?? '', asked);
    if (failure === 'lose-answer') request.socket.resetAndDestroy();
    else give(answer);
  }

  #issue(parameters: URLSearchParams): Answer {
    this.tokenCalls += 1;
    if (this.tokenCalls > ZohoCrm.TOKENS_IN_TEN_MINUTES) {
      return { status: 400, body: { error_description: 'You have made too many requests continuously. Please try again after some time.', error: 'Access Denied', status: 'failure' } };
    }
    const { clientId, clientSecret, refreshToken } = ZohoCrm.CLIENT;
    // Zoho says what is wrong with a 200.
    if (parameters.get('client_id') !== clientId || parameters.get('client_secret') !== clientSecret) return { status: 200, body: { error: 'invalid_client' } };
    if (parameters.get('grant_type') !== 'refresh_token' || parameters.get('refresh_token') !== refreshToken) return { status: 200, body: { error: 'invalid_code' } };
    this.#token = `1000.${randomUUID()}`;
    return { status: 200, body: { access_token: this.#token, api_domain: this.apiDomain, token_type: 'Bearer', expires_in: 3600 } };
  }

  #api(path: string, authorization: string, { data, duplicate_check_fields: checked = ['Email'] }: ZohoRequest): Answer {
    if (authorization !== `Zoho-oauthtoken ${this.#token}`) return { status: 401, body: { code: 'INVALID_TOKEN', details: {}, message: 'invalid oauth token', status: 'error' } };
    const isUpsert = path === '/crm/v8/Leads/upsert';
    if (!isUpsert && path !== '/crm/v8/Leads') return { status: 404, body: { code: 'INVALID_URL_PATTERN', details: {}, message: 'Please check if the URL trying to access is a correct one', status: 'error' } };
    const words = data.map((record) => this.#take(record, isUpsert ? checked : null));
    return { status: words.every(({ status }) => status === 'success') ? 201 : 202, body: { data: words } };
  }

  #take(record: Record<string, unknown>, checked: string[] | null) {
    const by = (name: string) => [...this.rows].find(([, row]) => record[name] !== undefined && row[name] === record[name]);
    const duplicateField = (checked ?? []).find((name) => by(name) !== undefined);
    const known = duplicateField === undefined ? undefined : by(duplicateField)?.[0];
    const whole = known === undefined ? record : { ...this.rows.get(known), ...record };
    const missing = [...this.mandatoryFields].find((name) => whole[name] === undefined || whole[name] === '');
    if (missing !== undefined) return { code: 'MANDATORY_NOT_FOUND', details: { api_name: missing, json_path: `$.data[0].${missing}` }, message: 'required field not found', status: 'error' };
    const clash = [...this.uniqueFields].find((name) => by(name) !== undefined && by(name)?.[0] !== known);
    if (clash !== undefined) return { code: 'DUPLICATE_DATA', details: { api_name: clash, json_path: `$.data[0].${clash}`, duplicate_record: { id: by(clash)?.[0] } }, message: 'duplicate data', status: 'error' };
    const id = known ?? String(this.#nextId++);
    this.rows.set(id, { ...this.rows.get(id), ...record });
    const action = known === undefined ? 'insert' : 'update';
    return { code: 'SUCCESS', duplicate_field: duplicateField ?? null, action, details: { id }, message: known === undefined ? 'record added' : 'record updated', status: 'success' };
  }
}
