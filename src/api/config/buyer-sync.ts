import type { Logger } from 'pino';
import type { Configuration } from '../../configuration/configuration.ts';
import type { Engine } from '../../temporal/engine.ts';
import { describeError } from '../../domain/describe-error.ts';

/**
 * Brings the buyers' entities up to date with the configuration, behind the answers: applying a configuration does not
 * wait for Temporal. What could not be told stays `pending`, and a sweep calls `run` until it is not.
 */
export interface BuyerSync {
  /** True while Temporal has not heard of the latest configuration. */
  readonly pending: boolean;
  /** Notes that the configuration changed, and starts telling. Never rejects. */
  request(): void;
  /** Tells Temporal now, if something is pending. Resolves to whether nothing is pending any more; never rejects. */
  run(): Promise<boolean>;
}

export function createBuyerSync({ configuration, engine, log }: { configuration: Configuration; engine: Engine; log: Logger }): BuyerSync {
  let pending = false;
  let running: Promise<boolean> | null = null;

  const tell = async (): Promise<boolean> => {
    while (pending) {
      // Cleared before reading: a change that comes meanwhile is told in another turn.
      pending = false;
      try {
        const current = await configuration.current();
        if (current !== null) await engine.syncBuyers(current.config);
      } catch (error) {
        pending = true;
        log.warn({ fault: describeError(error) }, 'buyers could not be synchronised with Temporal; they will be once more');
        return false;
      }
    }
    return true;
  };
  const run = (): Promise<boolean> => {
    running ??= tell().finally(() => (running = null));
    return running;
  };
  return {
    get pending() {
      return pending;
    },
    request: () => {
      pending = true;
      void run();
    },
    run,
  };
}
