import type { Socket } from 'node:net';
import { ConnectFailure } from './connect-failure.ts';

/** No answer to CONNECT is longer. */
const LONGEST_ANSWER_BYTES = 16_384;

export interface Tunnel {
  proxy: URL;
  /** An address and a port: what the proxy is to connect to. */
  target: string;
}

/**
 * Has a proxy connect to `target` (RFC 9110 9.3.6): afterwards the socket is a connection to it. Rejects with `ConnectFailure` when the
 * proxy does not; whoever calls ends the socket then, and bounds the time.
 */
export function openTunnel(socket: Socket, { proxy, target }: Tunnel): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const end = (act: () => void) => {
      socket.off('data', onData).off('close', onClose).off('error', onError);
      act();
    };
    const onClose = () => end(() => reject(new ConnectFailure('proxy', 'ERR_PROXY_CLOSED')));
    const onError = () => onClose();
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const head = received.indexOf('\r\n\r\n');
      if (head === -1 && received.length <= LONGEST_ANSWER_BYTES) return;
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(received.subarray(0, 64).toString('latin1'))?.[1];
      socket.pause();
      if (head === -1 || status === undefined) { end(() => reject(new ConnectFailure('proxy', 'ERR_PROXY_ANSWER'))); return; }
      if (!status.startsWith('2')) { end(() => reject(new ConnectFailure('proxy', `ERR_PROXY_${status}`))); return; }
      end(() => {
        const early = received.subarray(head + 4);
        if (early.length > 0) socket.unshift(early);
        resolve();
      });
    };
    socket.on('data', onData).on('close', onClose).on('error', onError);
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization(proxy)}\r\n`);
  });
}

function authorization({ username, password }: URL): string {
  if (username === '' && password === '') return '';
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Proxy-Authorization: Basic ${Buffer.from(credentials, 'utf8').toString('base64')}\r\n`;
}
