import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The Idempotency-Key. */
  key: string;
}

export interface StandInAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** Closes the connection without an answer, after the request was read. */
  hangUp?: boolean;
}

export type Behaviour = (request: SeenRequest, count: number) => StandInAnswer | Promise<StandInAnswer>;

/** A buyer's system on loopback: remembers what it saw, takes each idempotency key once, and answers as told. */
export class StandInBuyer {
  readonly requests: SeenRequest[] = [];
  /** Leads taken, by idempotency key. */
  readonly taken = new Map<string, SeenRequest>();
  private behave: Behaviour = () => ({});
  private readonly server: Server;
  private port = 0;

  private constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(): Promise<StandInBuyer> {
    const buyer = new StandInBuyer();
    await buyer.listen(0);
    return buyer;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/leads`;
  }

  /** From now on it answers like this; the default is 200 with `{ "success": true }`. */
  answers(behave: Behaviour): void {
    this.behave = behave;
  }

  /** The server process is gone: connections are refused. */
  async goDown(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** Back on the same port. */
  async comeBack(): Promise<void> {
    await this.listen(this.port);
  }

  async stop(): Promise<void> {
    if (this.server.listening) await this.goDown();
  }

  private async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    this.port = (this.server.address() as AddressInfo).port;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      key: String(request.headers['idempotency-key'] ?? ''),
    };
    this.requests.push(seen);
    const { status = 200, headers = {}, body = { success: true }, hangUp = false } = await this.behave(seen, this.requests.length);
    if (status >= 200 && status < 300 && !this.taken.has(seen.key)) this.taken.set(seen.key, seen);
    if (hangUp) return void request.socket.destroy();
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  }
}
