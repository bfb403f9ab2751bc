import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Answer, Question } from './pglite-messages.ts';

interface Waiting {
  resolve: (answer: Uint8Array) => void;
  reject: (error: Error) => void;
}

/**
 * PGlite in a thread of its own. It is PostgreSQL compiled to WebAssembly, and each statement runs to its end: in the main thread
 * everything else, sockets and heartbeats first of all, would wait for the database.
 */
export class PgliteThread {
  private readonly thread: Worker;
  private readonly waiting: Waiting[] = [];
  private closing: Promise<void> | null = null;

  private constructor(thread: Worker) {
    this.thread = thread;
    thread.on('message', (answer: Answer) => this.take(answer));
    // A thread that dies takes the process with it: its 'error' has no listener, so that nothing goes on over a database that is gone.
    thread.on('exit', (code) => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error('the embedded database is closed'));
      if (this.closing === null) throw new Error(`the thread of the embedded database has ended with ${code}`);
    });
  }

  /** Rejects when the database cannot be opened. */
  static async open(dataDir: string): Promise<PgliteThread> {
    // Of its own flags only: the process's loaders are not for it.
    const thread = new Worker(new URL('./pglite-program.js', import.meta.url), { workerData: dataDir, execArgv: [] });
    const opened = new AbortController();
    const ended = once(thread, 'exit', opened).then(() => {
      throw new Error('the thread of the embedded database has ended before it was open');
    });
    await Promise.race([once(thread, 'message', opened), ended]);
    opened.abort();
    return new PgliteThread(thread);
  }

  /** Sends messages of PostgreSQL's protocol, and gives the answers to them. One after the other. */
  converse(messages: Uint8Array): Promise<Uint8Array> {
    return this.ask({ ask: 'converse', messages });
  }

  /** Forgets what a connection before has left: there is one session for ever. */
  async reset(): Promise<void> {
    await this.ask({ ask: 'reset' });
  }

  close(): Promise<void> {
    this.closing ??= this.ask({ ask: 'close' }).then(
      () => void this.thread.terminate(),
      (error: unknown) => {
        void this.thread.terminate();
        throw error;
      },
    );
    return this.closing;
  }

  private ask(question: Question): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.thread.postMessage(question);
    });
  }

  private take(answer: Answer): void {
    const asked = this.waiting.shift();
    if (answer.ok) asked?.resolve(answer.messages);
    else asked?.reject(new Error(answer.message));
  }
}
