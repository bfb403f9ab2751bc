import { generateKeyPairSync, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Refusal, Spreadsheet, type UpdateRequest } from './spreadsheet.ts';

export { Spreadsheet } from './spreadsheet.ts';

/** A call as it came in. */
export interface SheetsCall {
  kind: 'token' | 'get' | 'read' | 'update';
  spreadsheetId: string;
  /** Rows that an update appends. */
  appends: number;
}

/**
 * What becomes of a call instead of an answer. `cut`: carried out, then the connection breaks. `lose`: the connection breaks before
 * it is carried out. `late`: the connection breaks, and it is carried out when `letGo` is called. `hang`: carried out, and never answered.
 * `curt`: carried out, and answered with nothing.
 */
export type SheetsFault = 'cut' | 'lose' | 'late' | 'hang' | 'curt' | { status: number; headers?: Record<string, string>; body?: unknown };

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });

const EMAIL = 'leadrail@made-up.iam.gserviceaccount.com';
const MINUTE_MS = 60_000;

/**
 * Google Sheets v4 on loopback, with the token endpoint of service accounts: as documented, requests of a batch are carried out all or
 * not at all, ids of developer metadata are unique, and a user has so many reads and writes a minute.
 */
export class GoogleSheetsStandIn {
  /** The JSON key of the one service account that it knows. */
  static readonly KEY = JSON.stringify({ type: 'service_account', project_id: 'made-up', private_key_id: 'k1', private_key: privateKey, client_email: EMAIL });

  readonly calls: SheetsCall[] = [];
  readonly spreadsheets = new Map<string, Spreadsheet>();
  /** Reads, and writes, that a minute has room for. */
  quota = 60;
  private readonly counted: { read: number[]; write: number[] } = { read: [], write: [] };
  private readonly late: (() => void)[] = [];
  private tokens = new Set<string>();
  private fault: (call: SheetsCall, number: number) => SheetsFault | undefined = () => undefined;
  private readonly server = createServer((request, response) => void this.answer(request, response));
  baseUrl = '';

  static async start(...ids: string[]): Promise<GoogleSheetsStandIn> {
    const standIn = new GoogleSheetsStandIn();
    for (const id of ids) standIn.spreadsheets.set(id, new Spreadsheet());
    await new Promise<void>((resolve) => standIn.server.listen(0, '127.0.0.1', resolve));
    standIn.baseUrl = `http://127.0.0.1:${(standIn.server.address() as AddressInfo).port}`;
    return standIn;
  }

  /** From now on these calls go wrong; `number` counts the calls of their kind from 1. */
  fails(fault: (call: SheetsCall, number: number) => SheetsFault | undefined): void {
    this.fault = fault;
  }

  /** Carries out what was late. */
  letGo(): void {
    for (const carryOut of this.late.splice(0)) carryOut();
  }

  revokeTokens(): void {
    this.tokens = new Set();
  }

  count(kind: SheetsCall['kind']): number {
    return this.calls.filter((call) => call.kind === kind).length;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '', this.baseUrl);
    const give = (status: number, content: unknown, headers: Record<string, string> = {}) => response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers }).end(JSON.stringify(content));
    const refuse = ({ status, statusName, message }: Refusal) => give(status, { error: { code: status, message, status: statusName } });
    const call = callOf(request, url, body);
    if (!call) return void give(404, { error: { code: 404, message: 'no such method', status: 'NOT_FOUND' } });
    this.calls.push(call);
    const fault = this.fault(call, this.count(call.kind));
    if (typeof fault === 'object') return void give(fault.status, fault.body ?? { error: { code: fault.status, message: 'as told', status: 'MADE_UP' } }, fault.headers);
    if (fault === 'lose') return void request.socket.resetAndDestroy();
    if (call.kind === 'token') return void this.giveToken(new URLSearchParams(body), give);
    if (!this.tokens.has((request.headers.authorization ?? '').replace('Bearer ', ''))) return void refuse(new Refusal(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'));
    if (!this.hasRoom(call.kind === 'update' ? 'write' : 'read')) return void refuse(new Refusal(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for quota metric.'));
    const spreadsheet = this.spreadsheets.get(call.spreadsheetId);
    if (!spreadsheet) return void refuse(new Refusal(404, 'NOT_FOUND', 'Requested entity was not found.'));
    if (!spreadsheet.isShared) return void refuse(new Refusal(403, 'PERMISSION_DENIED', 'The caller does not have permission'));
    const carryOut = () => this.carryOut(call, spreadsheet, url, body);
    if (fault === 'late') {
      this.late.push(() => {
        try {
          carryOut();
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
      });
      return void request.socket.resetAndDestroy();
    }
    try {
      const content = carryOut();
      if (fault === 'cut') request.socket.resetAndDestroy();
      else if (fault !== 'hang') give(200, fault === 'curt' ? {} : content);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse(error);
    }
  }

  private carryOut(call: SheetsCall, spreadsheet: Spreadsheet, url: URL, body: string): unknown {
    if (call.kind === 'get') return spreadsheet.describe();
    if (call.kind === 'update') return spreadsheet.update(JSON.parse(body) as UpdateRequest);
    return spreadsheet.values(decodeURIComponent(url.pathname.split('/values/')[1] ?? ''));
  }

  /** A token for an assertion that this account has signed (Google: "Using OAuth 2.0 for server to server applications"). */
  private giveToken(form: URLSearchParams, give: (status: number, content: unknown) => unknown): unknown {
    const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const isSigned = verify('RSA-SHA256', Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature, 'base64url'));
    const { iss, scope, aud, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}') as Record<string, unknown>;
    const isGood = iss === EMAIL && scope === 'https://www.googleapis.com/auth/spreadsheets' && aud === 'https://oauth2.googleapis.com/token' && Number(exp) * 1_000 > Date.now();
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer' || !isSigned || !isGood) return give(400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' });
    const token = `ya29.made-up-${this.count('token')}`;
    this.tokens.add(token);
    return give(200, { access_token: token, expires_in: 3_599, token_type: 'Bearer' });
  }

  private hasRoom(kind: 'read' | 'write'): boolean {
    const now = Date.now();
    const recent = this.counted[kind].filter((at) => at > now - MINUTE_MS);
    this.counted[kind] = [...recent, now];
    return recent.length < this.quota;
  }
}

function callOf({ method }: IncomingMessage, { pathname }: URL, body: string): SheetsCall | null {
  if (method === 'POST' && pathname === '/token') return { kind: 'token', spreadsheetId: '', appends: 0 };
  const spreadsheetId = /^\/v4\/spreadsheets\/([\w-]+)/.exec(pathname)?.[1];
  if (spreadsheetId === undefined) return null;
  if (method === 'POST' && pathname.endsWith(':batchUpdate')) {
    const { requests } = JSON.parse(body) as UpdateRequest;
    return { kind: 'update', spreadsheetId, appends: requests.reduce((sum, { appendCells }) => sum + (appendCells?.rows.length ?? 0), 0) };
  }
  if (method !== 'GET') return null;
  return { kind: pathname.includes('/values/') ? 'read' : 'get', spreadsheetId, appends: 0 };
}
