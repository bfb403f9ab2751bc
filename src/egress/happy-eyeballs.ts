import { isIP, type Socket } from 'node:net';
import { errorCode } from './classify-fault.ts';

/** RFC 8305, section 8: before the next address is tried too. */
const NEXT_ADDRESS_AFTER_MS = 250;

export interface ConnectFirstOptions {
  /** Opens a socket to an address; it connects by itself. */
  open: (address: string) => Socket;
  /** Notified of each address that fails, before the others have ended. */
  onFailed?: (failed: FailedAddress) => void;
  /** Unset: 250 ms. */
  nextAddressAfterMs?: number;
}

/** No address answered. */
export class NoAddressConnected extends Error {
  override name = 'NoAddressConnected';
  /** In the order of the attempts. */
  readonly attempts: readonly FailedAddress[];

  constructor(attempts: readonly FailedAddress[]) {
    super('no address could be connected to');
    this.attempts = attempts;
  }
}

export interface FailedAddress {
  address: string;
  /** The system's code, e.g. `ECONNREFUSED`. */
  code: string;
}

/**
 * Connects to whichever address answers first (RFC 8305, "Happy Eyeballs Version 2"). The next address is tried when the one before has
 * failed, or has not answered within 250 ms; those before it go on, since one lost packet makes an address slow and not dead. The
 * first connection is kept, and the others are given up. Rejects with `NoAddressConnected` once every address has failed; it never
 * times out by itself: destroy the sockets that `open` made.
 */
export function connectFirst(addresses: readonly string[], { open, onFailed, nextAddressAfterMs = NEXT_ADDRESS_AFTER_MS }: ConnectFirstOptions): Promise<Socket> {
  const queue = interleave(addresses);
  const pending = new Set<Socket>();
  const failed: FailedAddress[] = [];
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      queue.length = 0;
    };
    const tryNext = (): void => {
      clearTimeout(timer);
      const address = queue.shift();
      if (address === undefined) return;
      const socket = open(address);
      pending.add(socket);
      socket.once('connect', () => {
        end();
        pending.delete(socket);
        for (const other of pending) other.destroy();
        resolve(socket);
      });
      // Stays on: a socket that is given up may still fail.
      socket.on('error', (error) => {
        if (!pending.delete(socket)) return;
        const failure = { address, code: errorCode(error) };
        failed.push(failure);
        onFailed?.(failure);
        if (queue.length > 0) tryNext();
        else if (pending.size === 0) reject(new NoAddressConnected(failed));
      });
      socket.once('close', () => {
        // Destroyed from outside, such as by the time limit: no further address is tried.
        if (pending.delete(socket)) end();
      });
      if (queue.length > 0) timer = setTimeout(tryNext, nextAddressAfterMs);
    };
    tryNext();
  });
}

/** RFC 8305, section 4: the families in turn, beginning with the one that the resolver prefers. */
function interleave(addresses: readonly string[]): string[] {
  const [first] = addresses;
  const preferred = addresses.filter((address) => isIP(address) === isIP(first ?? ''));
  const others = addresses.filter((address) => isIP(address) !== isIP(first ?? ''));
  return preferred.flatMap((address, index) => [address, ...others.slice(index, index + 1)]).concat(others.slice(preferred.length));
}
