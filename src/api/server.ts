import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { Problem } from './http/problem.ts';

/** A listening API. */
export interface RunningServer {
  host: string;
  /** The real port, also when 0 was asked for. */
  port: number;
  /** `http://host:port`. */
  url: string;
  /** Takes no new connection, lets requests under way end, and breaks off what still runs after `graceMs` (10 s). */
  close(graceMs?: number): Promise<void>;
}

const GRACE_MS = 10_000;
/** Longer than common clients and load balancers keep theirs: who closes last resets nobody's request. */
const IDLE_WITHIN_MS = 75_000;
/** A client has this long for its headers, and for the whole request. */
const HEADERS_WITHIN_MS = 15_000;
const REQUEST_WITHIN_MS = 60_000;

/** Listens at an address. Rejects with the system's error, e.g. `EADDRINUSE` for a taken port. */
export async function listen(app: RequestListener, host: string, port: number): Promise<RunningServer> {
  const server = createServer({ headersTimeout: HEADERS_WITHIN_MS, requestTimeout: REQUEST_WITHIN_MS, keepAliveTimeout: IDLE_WITHIN_MS }, app);
  answerUnreadableRequests(server);
  server.listen(port, host);
  // Rejects when `error` comes first.
  await once(server, 'listening');
  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    host,
    port: boundPort,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    close: (graceMs = GRACE_MS) => close(server, graceMs),
  };
}

/** What is no HTTP gets a problem too, as far as there is still somebody to tell. */
function answerUnreadableRequests(server: Server): void {
  server.on('clientError', (_error, socket) => {
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const body = JSON.stringify(new Problem(400, 'This is no HTTP request that can be read, or its headers are too large.').body);
    socket.end(`HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(deadline);
}
