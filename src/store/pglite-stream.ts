import { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';

/** Between two turns for everybody else. */
const LONGEST_RUN_MS = 10;

/** AuthenticationOk and ReadyForQuery: there is nobody to ask for a password inside one's own process. */
const WELCOME = Buffer.from('R\0\0\0\u0008\0\0\0\0Z\0\0\0\u0005I', 'latin1');
/** The first byte of the message that ends a connection. */
const TERMINATE = 'X'.charCodeAt(0);

/**
 * The wire to the embedded database: `pg` writes PostgreSQL's protocol into it and reads the answers out of it, so that both
 * databases are spoken to by one driver, with its prepared statements. Planning a statement takes PGlite three times as long as running it.
 *
 * PGlite works in this very thread and its promises resolve without giving the event loop a turn: a queue of queries keeps
 * sockets and heartbeats waiting for seconds. So it pauses for one turn whenever it has worked for a while.
 */
export class PgliteStream extends Duplex {
  private readonly database: PGlite;
  private isWelcomed = false;
  private turnAtMs = performance.now();

  constructor(database: PGlite) {
    super({ allowHalfOpen: false });
    this.database = database;
  }

  /** Called by `pg` as on a socket; there is nothing to reach. */
  connect(): this {
    setImmediate(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // Answers are pushed as they come.
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.converse(chunk).then(() => done(), done);
  }

  /** The messages of one query come together, and go together: each call into PGlite has its price. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.converse(Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => done(), done);
  }

  private async converse(message: Buffer): Promise<void> {
    if (!this.isWelcomed) {
      this.isWelcomed = true;
      // There is one session for ever: a connection that was given up leaves its transaction and its statements in it.
      await this.database.exec('rollback; deallocate all');
      this.push(WELCOME);
      return;
    }
    if (message[0] === TERMINATE) {
      this.push(null);
      return;
    }
    if (performance.now() - this.turnAtMs > LONGEST_RUN_MS) {
      await nextTurn();
      this.turnAtMs = performance.now();
    }
    this.push(Buffer.from(await this.database.execProtocolRaw(message)));
  }
}
