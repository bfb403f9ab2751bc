import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that a test can cut and mend, as if the server had gone away and come back. */
export interface Relay {
  port: number;
  /** Ends every connection and takes no new one. */
  cut(): void;
  mend(): void;
  /** Resolves once every connection that was open has ended. */
  quiet(): Promise<void>;
  close(): void;
}

/** Listens on a free port of 127.0.0.1 and passes everything on to the target. */
export async function createRelay(target: { host: string; port: number }): Promise<Relay> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((incoming) => {
    if (isCut) return void incoming.destroy();
    const outgoing = connect(target);
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    return undefined;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
    async quiet() {
      await Promise.all([...sockets].filter((socket) => !socket.destroyed).map((socket) => once(socket, 'close')));
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
