import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { finished } from 'node:stream/promises';

/** How an example buyer behaves. It can be changed while the sandbox runs. */
export type Manner = 'healthy' | 'flaky' | 'down' | 'refusing';

const MANNERS: readonly Manner[] = ['healthy', 'flaky', 'down', 'refusing'];

/** A buyer's system as seen from outside: an address that takes leads, each once by its Idempotency-Key. */
interface ExampleBuyer {
  manner: Manner;
  /** Answers by idempotency key: sending a lead again does not sell it twice. */
  taken: Map<string, string>;
  /** Keys that a flaky buyer has failed once already. */
  tried: Set<string>;
  requests: number;
}

/** Example buyers on loopback: `POST /<buyer>/leads` takes a lead, `PUT /<buyer>/manner/<manner>` changes how it behaves. */
export class Sandbox {
  private readonly buyers: Map<string, ExampleBuyer>;
  private readonly server: Server;

  constructor(manners: Record<string, Manner>) {
    this.buyers = new Map(Object.entries(manners).map(([name, manner]) => [name, { manner, taken: new Map(), tried: new Set(), requests: 0 }]));
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  /** Listens on loopback; gives the port. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await finished(request.resume());
    const { status, body } = this.answerTo(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
  }

  private answerTo(request: IncomingMessage): { status: number; body: unknown } {
    const [, name = '', action, manner] = (request.url ?? '').split('/');
    const buyer = this.buyers.get(name);
    if (!buyer) return { status: 404, body: { error: `no such buyer; there are ${[...this.buyers.keys()].join(', ')}` } };
    if (request.method === 'PUT' && action === 'manner') {
      if (!isManner(manner)) return { status: 400, body: { error: `manners are ${MANNERS.join(', ')}` } };
      buyer.manner = manner;
      return { status: 200, body: { buyer: name, manner } };
    }
    if (request.method === 'GET') return { status: 200, body: { buyer: name, manner: buyer.manner, leads: buyer.taken.size, requests: buyer.requests } };
    buyer.requests += 1;
    return this.take(buyer, name, String(request.headers['idempotency-key'] ?? ''));
  }

  private take(buyer: ExampleBuyer, name: string, key: string): { status: number; body: unknown } {
    switch (buyer.manner) {
      case 'down':
        return { status: 503, body: { error: 'maintenance' } };
      case 'refusing':
        return { status: 200, body: { success: false, message: 'this person is our customer already' } };
      case 'flaky':
        // Each lead's first attempt fails, so that its second one can be seen.
        if (buyer.tried.has(key)) break;
        buyer.tried.add(key);
        return { status: 500, body: { error: 'try later' } };
      case 'healthy':
        break;
    }
    const id = buyer.taken.get(key) ?? `${name}-${buyer.taken.size + 1}`;
    buyer.taken.set(key, id);
    return { status: 200, body: { success: true, lead_id: id } };
  }
}

function isManner(text: string | undefined): text is Manner {
  return MANNERS.some((manner) => manner === text);
}
