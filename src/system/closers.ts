import type { Logger } from 'pino';
import { describeError } from '../domain/describe-error.ts';

/** What has to be closed, newest first: each part is gone before what it stands on. */
export class Closers {
  private readonly parts: { name: string; close: () => Promise<void> }[] = [];
  private closing: Promise<void> | null = null;

  add(name: string, close: () => Promise<void>): void {
    this.parts.push({ name, close });
  }

  /** Closes everything once; a part that fails to close is logged and does not keep the others open. */
  close(log: Logger): Promise<void> {
    this.closing ??= this.closeAll(log);
    return this.closing;
  }

  private async closeAll(log: Logger): Promise<void> {
    for (const { name, close } of this.parts.reverse()) {
      try {
        await close();
      } catch (error) {
        log.error({ part: name, ...describeError(error) }, 'a part did not close in order');
      }
    }
  }
}
