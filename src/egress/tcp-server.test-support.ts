import { createServer, type Server, type Socket } from 'node:net';

/** A listening server on loopback and what it saw. */
export interface TcpServer {
  port: number;
  connections: () => number;
  /** Everything that was received, over all connections. */
  received: () => string;
  close: () => void;
}

/** Starts a TCP server whose behaviour a test decides byte by byte. */
export async function createTcpServer(onConnection: (socket: Socket) => void, onData: (socket: Socket, connection: number) => void = () => undefined): Promise<TcpServer> {
  let connections = 0;
  let received = '';
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    const connection = connections;
    sockets.add(socket);
    // What the client does to the connection is the client's business.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      onData(socket, connection);
    });
  });
  const port = await listen(server);
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port, connections: () => connections, received: () => received, close };
}

/** Listens on a free port of 127.0.0.1 and gives it. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** A port of 127.0.0.1 that refuses connections: it was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
