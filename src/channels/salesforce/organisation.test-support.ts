import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
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

const rowSchema = z.record(z.string(), z.unknown());
const PATH = /^\/services\/data\/v\d+\.\d\/sobjects\/(\w+)(?:\/(\w+))?(?:\/(\w+(?:-\w+)*))?$/;

/**
 * An organisation of Salesforce on loopback, as Salesforce documents it: a login server whose refresh tokens change with each use,
 * an instance of its own that takes records, upserts by external id, duplicate rules by email, and Web-to-Lead.
 */
export class Organisation {
  static readonly CLIENT = { clientId: '3MVG9.client', clientSecret: 'salesforce-secret/+' };
  static readonly EXTERNAL_ID = 'Leadrail_Id__c';
  static readonly OID = '00D5e000000abcd';
  readonly rows = new Map<string, Row>();
  readonly forms: URLSearchParams[] = [];
  readonly requests: ReceivedRequest[] = [];
  readonly tokenCalls: URLSearchParams[] = [];
  /** Taken one by one, before a request to the API or a form is looked at; null lets it pass. */
  readonly failures: (Failure | null)[] = [];
  /** What a duplicate rule by email does. */
  duplicateRule: 'off' | 'alert' | 'block' = 'off';
  /** What the token's answer says in the place of the instance's address; undefined leaves it out. */
  instanceUrl: string | undefined = '';
  loginUrl = '';
  refreshToken = '5Aep.first-refresh-token';
  #token = '';
  #made = 0;
  readonly #login = createServer((request, response) => void this.#serve(request, response, 'login'));
  readonly #instance = createServer((request, response) => void this.#serve(request, response, 'instance'));

  static async start(): Promise<Organisation> {
    const standIn = new Organisation();
    standIn.loginUrl = `http://127.0.0.1:${await listen(standIn.#login)}`;
    standIn.instanceUrl = `http://127.0.0.1:${await listen(standIn.#instance)}`;
    return standIn;
  }

  revokeToken(): void {
    this.#token = '';
  }

  async close(): Promise<void> {
    await Promise.all(
      [this.#login, this.#instance].map((server) => {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        return closed;
      }),
    );
  }

  async #serve(request: IncomingMessage, response: ServerResponse, server: 'login' | 'instance'): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
    const body = Buffer.concat(chunks);
    const give = ({ status, headers, body: said }: Answer) => response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers }).end(said === undefined ? '' : JSON.stringify(said));
    if (server === 'login' && request.url === '/services/oauth2/token') {
      give(this.#issue(new URLSearchParams(body.toString())));
      return;
    }
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    this.requests.push({ method: request.method ?? '', url: request.url ?? '', headers, body });
    const failure = this.failures.shift() ?? null;
    if (failure !== null && failure !== 'lose-answer') {
      give(failure);
      return;
    }
    const answer = server === 'login' ? this.#takeForm(request.url ?? '', body) : this.#api(request.method ?? '', request.url ?? '', headers, body);
    if (failure === 'lose-answer') request.socket.resetAndDestroy();
    else give(answer);
  }

  #issue(parameters: URLSearchParams): Answer {
    this.tokenCalls.push(parameters);
    const { clientId, clientSecret } = Organisation.CLIENT;
    if (parameters.get('client_id') !== clientId || parameters.get('client_secret') !== clientSecret) return { status: 400, body: { error: 'invalid_client', error_description: 'invalid client credentials' } };
    const grant = parameters.get('grant_type');
    if (grant === 'refresh_token' && parameters.get('refresh_token') !== this.refreshToken) return { status: 400, body: { error: 'invalid_grant', error_description: 'expired access/refresh token' } };
    if (grant !== 'refresh_token' && grant !== 'client_credentials') return { status: 400, body: { error: 'unsupported_grant_type', error_description: 'grant type not supported' } };
    this.#token = `00D!${randomUUID()}`;
    if (grant === 'refresh_token') this.refreshToken = `5Aep.${randomUUID()}`;
    const rotated = grant === 'refresh_token' ? { refresh_token: this.refreshToken } : {};
    return { status: 200, body: { access_token: this.#token, instance_url: this.instanceUrl, id: `${this.loginUrl}/id/00D/005`, token_type: 'Bearer', issued_at: '1', signature: 's', ...rotated } };
  }

  #api(method: string, url: string, headers: Record<string, string>, body: Buffer): Answer {
    if (headers['authorization'] !== `Bearer ${this.#token}`) return failed(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
    const [, object, second, third] = PATH.exec(url) ?? [];
    if (object !== 'Lead') return failed(404, 'NOT_FOUND', 'The requested resource does not exist');
    const row = rowSchema.parse(JSON.parse(body.toString()));
    const allowSave = /allowSave=true/.test(headers['sforce-duplicate-rule-header'] ?? '');
    if (method === 'POST' && second === undefined) return this.#store(null, row, allowSave);
    if (method !== 'PATCH' || second === undefined) return failed(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${method}' not allowed`);
    if (third === undefined) {
      if (!this.rows.has(second)) return failed(404, 'NOT_FOUND', 'Provided external ID field does not exist or is not accessible');
      const answer = this.#store(second, row, allowSave);
      return answer.status === 200 ? { status: 204 } : answer;
    }
    if (second !== Organisation.EXTERNAL_ID) return failed(404, 'NOT_FOUND', 'Provided external ID field does not exist or is not accessible');
    if (second in row) return failed(400, 'INVALID_FIELD', 'The external id may not be in the body', [second]);
    const matches = [...this.rows].filter(([, known]) => known[second] === third).map(([id]) => id);
    if (matches.length > 1) return { status: 300, body: matches.map((id) => `/services/data/v62.0/sobjects/Lead/${id}`) };
    return this.#store(matches[0] ?? null, { ...row, [second]: third }, allowSave);
  }

  #store(id: string | null, row: Row, allowSave: boolean): Answer {
    const whole = { ...(id === null ? {} : this.rows.get(id)), ...row };
    const missing = ['LastName', 'Company'].filter((name) => whole[name] === undefined || whole[name] === '');
    if (missing.length > 0) return failed(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing);
    const duplicate = [...this.rows].find(([known, { Email }]) => known !== id && Email !== undefined && Email === whole['Email']);
    if (duplicate !== undefined && (this.duplicateRule === 'block' || (this.duplicateRule === 'alert' && !allowSave))) return { status: 400, body: [this.#duplicates(duplicate[0])] };
    const recordId = id ?? `00Q${String(++this.#made).padStart(15, '0')}`;
    this.rows.set(recordId, whole);
    return { status: id === null ? 201 : 200, body: { id: recordId, success: true, errors: [], created: id === null } };
  }

  /** A contact first, as a rule across objects finds it: no record to put a lead's values into. */
  #duplicates(recordId: string): object {
    const match = (type: string, id: string) => ({ entityType: type, errors: [], matchRecords: [{ additionalInformation: [], fieldDiffs: [], matchConfidence: 100, record: { attributes: { type, url: `/services/data/v62.0/sobjects/${type}/${id}` }, Id: id } }], size: 1, success: true });
    return {
      duplicateResut: { allowSave: this.duplicateRule === 'alert', duplicateRule: 'Standard_Lead_Duplicate_Rule', errorMessage: 'Use one of these records?', matchResults: [match('Contact', '003000000000000001'), match('Lead', recordId)] },
      errorCode: 'DUPLICATES_DETECTED',
      message: 'Use one of these records?',
    };
  }

  #takeForm(url: string, body: Buffer): Answer {
    if (url !== '/servlet/servlet.WebToLead?encoding=UTF-8') return { status: 404 };
    const form = new URLSearchParams(body.toString());
    if (form.get('oid') !== Organisation.OID) return { status: 200, headers: { 'is-processed': 'Exception:common.exception.SalesforceGenericException: no such organisation' } };
    this.forms.push(form);
    return { status: 200, headers: { 'is-processed': 'true', 'content-type': 'text/html' } };
  }
}

/** An error as Salesforce writes it. */
export function failed(status: number, errorCode: string, message = 'made up', fields: string[] = []): Answer {
  return { status, body: [{ message, errorCode, fields }] };
}
