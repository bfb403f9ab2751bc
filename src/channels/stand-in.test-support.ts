import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../egress/tcp-server.test-support.ts';

/** What the other side answers. */
export type StandInAnswer =
  | { status: number; headers?: Record<string, string>; body?: string }
  /** Reads the request and never answers. */
  | 'hang'
  /** Reads the request and breaks the connection. */
  | 'reset'
  /** Answers 200 with everything that it received, as text. */
  | 'echo';

/** A request as the other side got it. */
export interface ReceivedRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** A small buyer or provider on loopback, over real sockets. */
export interface StandIn {
  baseUrl: string;
  requests: ReceivedRequest[];
  answer: StandInAnswer | ((request: ReceivedRequest) => StandInAnswer);
  close(): Promise<void>;
}

/** Starts a stand-in; what it answers can be changed at any time. */
export async function startStandIn(answer: StandIn['answer']): Promise<StandIn> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const received = receivedRequest(request, Buffer.concat(chunks));
      requests.push(received);
      give(typeof standIn.answer === 'function' ? standIn.answer(received) : standIn.answer, received, request, response);
    });
  });
  const port = await listen(server);
  const standIn: StandIn = {
    baseUrl: `http://127.0.0.1:${port}`,
    requests,
    answer,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return standIn;
}

function receivedRequest(request: IncomingMessage, body: Buffer): ReceivedRequest {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
  return { method: request.method ?? '', url: request.url ?? '', headers, body };
}

function give(answer: StandInAnswer, received: ReceivedRequest, request: IncomingMessage, response: ServerResponse): void {
  if (answer === 'hang') return;
  if (answer === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  if (answer === 'echo') {
    response.setHeader('x-echo', received.url);
    response.end([received.url, ...Object.values(received.headers), received.body.toString()].join('\n'));
    return;
  }
  response.writeHead(answer.status, answer.headers).end(answer.body);
}
