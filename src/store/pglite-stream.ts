import { Duplex } from 'node:stream';
import type { PgliteThread } from './pglite-thread.ts';

/** AuthenticationOk and ReadyForQuery: there is nobody to ask for a password inside one's own process. */
const WELCOME = Buffer.from('R\0\0\0\u0008\0\0\0\0Z\0\0\0\u0005I', 'latin1');
/** The first byte of the message that ends a connection. */
const TERMINATE = 'X'.charCodeAt(0);

/**
 * The wire to the embedded database: `pg` writes PostgreSQL's protocol into it and reads the answers out of it, so that both
 * databases are spoken to by one driver, with its prepared statements. Planning a statement takes PGlite three times as long as running it.
 */
export class PgliteStream extends Duplex {
  private readonly database: PgliteThread;
  private isWelcomed = false;

  constructor(database: PgliteThread) {
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
      await this.database.reset();
      this.push(WELCOME);
      return;
    }
    if (message[0] === TERMINATE) {
      this.push(null);
      return;
    }
    const answer = await this.database.converse(message);
    this.push(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength));
  }
}
