import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../../egress/tcp-server.test-support.ts';

/** A call as it came: form or JSON, with the client that authenticated itself. */
export interface TokenCall {
  path: string;
  parameters: Record<string, string>;
  authorization: string;
  body: string;
}

interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * A provider on loopback: gives out tokens (`/token`), codes (`/authorize`) and takes leads that come with a token in force
 * (`/leads`). Refresh tokens are good once; one that comes again ends every token of its family (RFC 9700 4.14.2).
 */
export class AuthorizationServer {
  static readonly CLIENT = { clientId: 'client:1', clientSecret: 'a-client-secret/+&' };
  readonly calls: TokenCall[] = [];
  /** Leads that came, with the token of each. */
  readonly leads: { token: string; status: number; url: string }[] = [];
  lifetimeSeconds: number | null = 3600;
  rotates = true;
  /** Waited for before a token call is answered. */
  gate: Promise<unknown> = Promise.resolve();
  /** Said in the place of what a token call would be answered. */
  failure: Answer | null = null;
  /** Waited for before a lead is answered. */
  leadGate: Promise<unknown> = Promise.resolve();
  /** Where whoever sends a lead is led to by a 303. */
  leadsLeadTo: string | null = null;
  /** Knows no grant by refresh token. */
  refusesRefresh = false;
  /** Said to whoever wants to allow the access. */
  denial: string | null = null;
  baseUrl = '';
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #access = new Set<string>();
  readonly #refresh = new Map<string, { isGood: boolean }>();
  readonly #codes = new Map<string, { challenge: string; redirectUrl: string }>();

  static async start(): Promise<AuthorizationServer> {
    const server = new AuthorizationServer();
    server.baseUrl = `http://127.0.0.1:${await listen(server.#server)}`;
    return server;
  }

  /** From now on no token that was given out is good. */
  revokeAccess(): void {
    this.#access.clear();
  }

  revokeEverything(): void {
    this.#access.clear();
    this.#refresh.clear();
  }

  /** A refresh token as it stands in a configuration. */
  newRefreshToken(): string {
    const token = `refresh-${randomUUID()}`;
    this.#refresh.set(token, { isGood: true });
    return token;
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
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const { status, body: said, headers } = await this.#answer(url, body, request.headers.authorization ?? '');
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(said === undefined ? '' : typeof said === 'string' ? said : JSON.stringify(said));
  }

  async #answer(url: URL, body: string, authorization: string): Promise<Answer> {
    if (url.pathname === '/leads') {
      const answer = this.#takeLead(url, authorization);
      await this.leadGate;
      return answer;
    }
    if (url.pathname === '/authorize') return this.#authorize(url);
    const parameters = body.startsWith('{') ? {} : Object.fromEntries(new URLSearchParams(body));
    this.calls.push({ path: url.pathname, parameters, authorization, body });
    await this.gate;
    if (this.failure) return this.failure;
    if (url.pathname === '/own') return { status: 200, body: { data: { jwt: this.#newAccess(), ttl: this.lifetimeSeconds } } };
    return this.#giveTokens(parameters, authorization);
  }

  #takeLead(url: URL, authorization: string): Answer {
    const token = url.searchParams.get('token') ?? authorization.replace(/^\S+ /, '');
    const status = this.#access.has(token) ? 201 : 401;
    this.leads.push({ token, status, url: url.pathname + url.search });
    if (this.leadsLeadTo !== null) return { status: 303, headers: { location: this.leadsLeadTo } };
    return { status, body: { echoed: token } };
  }

  #authorize(url: URL): Answer {
    const value = (name: string) => url.searchParams.get(name) ?? '';
    const back = new URL(value('redirect_uri'));
    back.searchParams.set('state', value('state'));
    if (this.denial !== null) {
      back.searchParams.set('error', 'access_denied');
      back.searchParams.set('error_description', this.denial);
    } else if (value('response_type') === 'code' && value('client_id') === AuthorizationServer.CLIENT.clientId && value('code_challenge_method') === 'S256') {
      const code = randomUUID();
      this.#codes.set(code, { challenge: value('code_challenge'), redirectUrl: value('redirect_uri') });
      back.searchParams.set('code', code);
    }
    return { status: 302, headers: { location: back.href } };
  }

  #giveTokens(parameters: Record<string, string>, authorization: string): Answer {
    const { id, secret } = clientOf(parameters, authorization);
    const { clientId, clientSecret } = AuthorizationServer.CLIENT;
    if (id !== clientId || (secret !== clientSecret && secret !== undefined)) return { status: 401, body: { error: 'invalid_client', error_description: `wrong secret ${secret ?? ''}` } };
    switch (parameters['grant_type']) {
      case 'client_credentials':
        return this.#issued(false);
      case 'password':
        return parameters['username'] === 'user' && parameters['password'] === 'pass word' ? this.#issued(true) : GRANT_REFUSED;
      case 'refresh_token':
        if (this.refusesRefresh) return { status: 400, body: { error: 'unsupported_grant_type' } };
        return this.#refreshed(parameters['refresh_token'] ?? '');
      case 'authorization_code':
        return this.#exchanged(parameters);
      default:
        return { status: 400, body: { error: 'unsupported_grant_type' } };
    }
  }

  #refreshed(token: string): Answer {
    const known = this.#refresh.get(token);
    if (known?.isGood !== true) {
      if (known) this.revokeEverything();
      return GRANT_REFUSED;
    }
    if (this.rotates) known.isGood = false;
    return this.#issued(this.rotates);
  }

  #exchanged({ code = '', code_verifier: verifier = '', redirect_uri: redirectUrl = '' }: Record<string, string>): Answer {
    const known = this.#codes.get(code);
    this.#codes.delete(code);
    const isProven = known?.challenge === createHash('sha256').update(verifier).digest('base64url') && known.redirectUrl === redirectUrl;
    return isProven ? this.#issued(true) : GRANT_REFUSED;
  }

  #issued(withRefreshToken: boolean): Answer {
    return {
      status: 200,
      body: {
        access_token: this.#newAccess(),
        token_type: 'Bearer',
        scope: 'leads',
        ...(this.lifetimeSeconds === null ? {} : { expires_in: this.lifetimeSeconds }),
        ...(withRefreshToken ? { refresh_token: this.newRefreshToken() } : {}),
      },
    };
  }

  #newAccess(): string {
    const token = `access-${randomUUID()}`;
    this.#access.add(token);
    return token;
  }
}

const GRANT_REFUSED: Answer = { status: 400, body: { error: 'invalid_grant', error_description: 'it is no good' } };

/** Who calls, by RFC 6749 2.3.1: form-encoded in Basic, or in the body; without a secret a public client. */
function clientOf({ client_id: id, client_secret: secret }: Record<string, string>, authorization: string): { id: string | undefined; secret: string | undefined } {
  if (authorization === '') return { id, secret };
  const [user = '', password = ''] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString().split(':');
  return { id: decodeURIComponent(user), secret: decodeURIComponent(password.replaceAll('+', '%20')) };
}
