import { createServer } from 'node:net';

/** A port that could be listened on a moment ago. */
export interface PortChoice {
  port: number;
  wanted: number;
  /** The wanted port was taken, and `port` is another one. */
  replaced: boolean;
}

/** The wanted port when it is free on that address, else a free one. Rejects when the address is not this machine's, or the port is not ours to open. */
export async function portOrFree(host: string, wanted: number): Promise<PortChoice> {
  const port = await tryPort(host, wanted);
  if (port !== null) return { port, wanted, replaced: false };
  const free = await tryPort(host, 0);
  if (free === null) throw new Error(`No port is free on ${host}. Stop something that listens there.`);
  return { port: free, wanted, replaced: true };
}

function tryPort(host: string, port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      switch (error.code) {
        case 'EADDRINUSE':
          resolve(null);
          return;
        case 'EACCES':
          reject(new Error(`Port ${port} needs rights that this user does not have. Choose a port above 1023.`));
          return;
        case 'EADDRNOTAVAIL':
        case 'ENOTFOUND':
          reject(new Error(`${host} is no address of this machine. Use 127.0.0.1, 0.0.0.0 or one of its own addresses.`));
          return;
        default:
          reject(error);
      }
    });
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}
