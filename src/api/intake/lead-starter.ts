import type { Logger } from 'pino';
import type { LeadStore } from '../../store/store.ts';
import type { Engine, LeadStart } from '../../temporal/engine.ts';
import { describeError } from '../../domain/describe-error.ts';

/**
 * Starts leads' workflows behind the answers of intake. A lead that is not started here, for whatever reason, is stored
 * as not started, and a sweep starts it: nothing is retried or awaited here.
 */
export interface LeadStarter {
  /** Takes a stored lead. Returns at once. */
  start(lead: LeadStart): void;
  /** Takes nothing more, leaves what waits for its turn to the sweep, and resolves once the starts under way have ended and are noted. */
  close(): Promise<void>;
}

export interface LeadStarterDependencies {
  engine: Pick<Engine, 'startLead'>;
  leads: Pick<LeadStore, 'markStarted'>;
  log: Logger;
  clock: () => Date;
}

export interface LeadStarterLimits {
  /** Workflow starts under way at once. */
  concurrency: number;
  /** Leads waiting for their turn; beyond it they are left to the sweep, so that a slow Temporal cannot fill the memory. */
  waiting: number;
  /** One that has waited for longer is left to the sweep, which starts those as well: otherwise both would start the very same ones. */
  startWithinMs: number;
  /** Started leads are noted together after this. */
  noteAfterMs: number;
}

/** The sweep takes up what is 5 s old (`MISSED_AFTER_MS` there), so the starter lets go a little earlier. */
const LIMITS: LeadStarterLimits = { concurrency: 64, waiting: 20_000, startWithinMs: 4_000, noteAfterMs: 1_000 };
/** Ids in one log line. */
const LOGGED_IDS = 20;
/** Ids noted in one statement. */
const NOTED_AT_ONCE = 500;

export function createLeadStarter({ engine, leads, log, clock }: LeadStarterDependencies, limits: LeadStarterLimits = LIMITS): LeadStarter {
  const waiting: { lead: LeadStart; sinceMs: number }[] = [];
  const running = new Set<Promise<void>>();
  let started: string[] = [];
  let failed: { leadId: string; error: unknown }[] = [];
  let left: string[] = [];
  /** Left because of the end, not because they were too many. */
  let dropped: string[] = [];
  let noting: Promise<void> | null = null;
  let closed = false;

  const startNext = (): void => {
    while (running.size < limits.concurrency) {
      const next = waiting.shift();
      if (next === undefined) return;
      const { lead, sinceMs } = next;
      if (clock().getTime() - sinceMs > limits.startWithinMs) {
        left.push(lead.leadId);
        noteSoon();
        continue;
      }
      const start = engine
        .startLead(lead)
        .then(
          () => void started.push(lead.leadId),
          (error: unknown) => void failed.push({ leadId: lead.leadId, error }),
        )
        .finally(() => {
          running.delete(start);
          noteSoon();
          startNext();
        });
      running.add(start);
    }
  };

  const note = async (): Promise<void> => {
    logTrouble();
    while (started.length > 0) {
      const ids = started.slice(0, NOTED_AT_ONCE);
      started = started.slice(NOTED_AT_ONCE);
      try {
        await leads.markStarted(ids, clock().toISOString());
      } catch (error) {
        // Starting a lead twice changes nothing, so that the sweep may take it that they were not.
        log.warn({ leads: ids.slice(0, LOGGED_IDS), count: ids.length, fault: describeError(error) }, 'started leads could not be noted as started');
      }
    }
  };

  const logTrouble = (): void => {
    const [first] = failed;
    if (first !== undefined) {
      const ids = failed.slice(0, LOGGED_IDS).map((failure) => failure.leadId);
      log.warn({ leads: ids, count: failed.length, fault: describeError(first.error) }, 'workflows of stored leads could not be started; the sweep starts them');
    }
    if (left.length > 0) log.warn({ leads: left.slice(0, LOGGED_IDS), count: left.length }, 'too many leads wait for their start; the sweep starts the rest');
    if (dropped.length > 0) log.info({ leads: dropped.slice(0, LOGGED_IDS), count: dropped.length }, 'shut down before these leads were started; the sweep starts them');
    failed = [];
    left = [];
    dropped = [];
  };

  const noteSoon = (): void => {
    noting ??= new Promise<void>((resolve) => setTimeout(resolve, limits.noteAfterMs)).then(note).finally(() => {
      noting = null;
      if (started.length + failed.length + left.length + dropped.length > 0) noteSoon();
    });
  };

  return {
    start: (lead) => {
      if (closed || waiting.length >= limits.waiting) {
        (closed ? dropped : left).push(lead.leadId);
        noteSoon();
        return;
      }
      waiting.push({ lead, sinceMs: clock().getTime() });
      startNext();
    },
    close: async () => {
      closed = true;
      // A full queue could outlast the time that a shutdown is given.
      dropped.push(...waiting.splice(0).map(({ lead }) => lead.leadId));
      await Promise.all(running);
      while (noting !== null) await noting;
      await note();
    },
  };
}
