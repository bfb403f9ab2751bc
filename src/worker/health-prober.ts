import { once } from 'node:events';
import type { Logger } from 'pino';
import type { BreakerReporter } from '../activities/gate/breaker-reporter.ts';
import { connectionOf } from '../channels/registry.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { describeError } from '../domain/describe-error.ts';
import { connectedBy } from '../egress/connected-by.ts';
import type { HttpClient } from '../egress/http-client.ts';
import { StoreUnavailable, type ClaimedCheck, type DueCheck, type HealthCheckStore } from '../store/store.ts';
import { checkHealth } from './check-health.ts';

/** Under way in one process at the same time: what more is due waits for a free place, or for another process. */
const AT_ONCE = 16;

export interface HealthProberDependencies {
  configuration: Pick<Configuration, 'current' | 'resolveDestination'>;
  healthChecks: HealthCheckStore;
  http: HttpClient;
  reporter: Pick<BreakerReporter, 'error' | 'passedCheck'>;
  log: Logger;
}

/**
 * Asks the destinations that have a health check whether they are up, and tells their breakers. Any number of processes share
 * the work: each interval of a destination is one process's, by the store. A healthy destination costs Temporal nothing.
 */
export class HealthProber {
  readonly #dependencies: HealthProberDependencies;
  readonly #underWay = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(dependencies: HealthProberDependencies) {
    this.#dependencies = dependencies;
  }

  /** Begins what is due and waits for none of it, so that one that hangs keeps no other from its turn. Returns how many it began. */
  async beginDue(): Promise<number> {
    const claimed = await this.#claim();
    for (const check of claimed) {
      const made = this.#make(check).finally(() => this.#underWay.delete(made));
      this.#underWay.add(made);
    }
    return claimed.length;
  }

  /** Resolves when every check under way has ended. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Breaks off what is under way: whoever claims the next one finds out. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.settled();
  }

  async #claim(): Promise<ClaimedCheck[]> {
    const { configuration, healthChecks } = this.#dependencies;
    const free = AT_ONCE - this.#underWay.size;
    if (free <= 0 || this.#stopping.signal.aborted) return [];
    try {
      const current = await configuration.current();
      const wanted = (current?.config.buyers ?? []).flatMap(({ id, destinations }) =>
        destinations.flatMap(({ id: destination, draft, healthCheck }): DueCheck[] => (healthCheck && !draft ? [{ buyer: id, destination, everyMs: healthCheck.everyMs }] : [])),
      );
      return wanted.length === 0 ? [] : await healthChecks.claim(wanted, free);
    } catch (error) {
      // Comes again in a second, and everything else says that the store is away.
      if (error instanceof StoreUnavailable) return [];
      throw error;
    }
  }

  async #make({ buyer, destination, turn, claimedAtMs, wasFailing }: ClaimedCheck): Promise<void> {
    const { configuration, healthChecks, http, reporter, log } = this.#dependencies;
    try {
      const resolved = await configuration.resolveDestination('latest', buyer, destination);
      if (!resolved.ok) {
        log.warn({ buyer, destination, problem: resolved.problem }, `a health check could not be made: ${resolved.explanation}`);
        return;
      }
      const { healthCheck } = resolved.destination;
      if (!healthCheck) return;
      const found = await checkHealth(healthCheck, connectedBy(http, connectionOf(resolved.destination)), this.#stopping.signal);
      switch (found.health) {
        case 'not-made':
          log.info({ buyer, destination }, `a health check was not made: ${found.why}`);
          return;
        // Noted first: the check that passes next is told of only when failed ones are known.
        case 'failed':
          if (!wasFailing) await healthChecks.note({ buyer, destination, turn, failing: true });
          reporter.error(buyer, destination, { atMs: claimedAtMs, code: 'health-check', leadId: null, reason: found.reason }, null);
          return;
        // Noted last: what has not left this process is told again by whoever makes the next.
        case 'passed':
          if (wasFailing && (await this.#untilStopped(reporter.passedCheck(buyer, destination, claimedAtMs)))) {
            await healthChecks.note({ buyer, destination, turn, failing: false });
          }
          return;
      }
    } catch (error) {
      log.warn({ buyer, destination, ...describeError(error) }, 'a health check came to nothing; the next one is made in its turn');
    }
  }
  /** What a report came to; false once this process ends, which waits for no Temporal that is away. */
  async #untilStopped(leaving: Promise<boolean>): Promise<boolean> {
    const { signal } = this.#stopping;
    if (signal.aborted) return false;
    const waited = new AbortController();
    const stopped = once(signal, 'abort', { signal: waited.signal }).then(
      () => false,
      () => false,
    );
    try {
      return await Promise.race([leaving, stopped]);
    } finally {
      waited.abort();
    }
  }
}
