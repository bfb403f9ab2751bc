import type { Logger } from 'pino';
import { describeError } from '../../domain/describe-error.ts';

/** What many rows at once have to say is said once. */
const TOGETHER_MS = 100;

interface WakeDependencies {
  wake: (sheet: string) => Promise<void>;
  pause: (ms: number) => Promise<void>;
  log: Logger;
}

/** Tells workflows of spreadsheets that rows wait, a burst of them with one signal. */
export class Wakes {
  private readonly dependencies: WakeDependencies;
  private readonly due = new Set<string>();

  constructor(dependencies: WakeDependencies) {
    this.dependencies = dependencies;
  }

  wake(sheet: string): void {
    if (this.due.has(sheet)) return;
    this.due.add(sheet);
    void this.tell(sheet);
  }

  private async tell(sheet: string): Promise<void> {
    const { wake, pause, log } = this.dependencies;
    await pause(TOGETHER_MS);
    // What comes from here on is told anew: it may come too late for this one.
    this.due.delete(sheet);
    try {
      await wake(sheet);
    } catch (error) {
      log.warn({ sheet, ...describeError(error) }, 'rows for a spreadsheet wait until Temporal answers');
    }
  }
}
