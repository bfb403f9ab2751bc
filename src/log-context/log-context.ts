import { AsyncLocalStorage } from 'node:async_hooks';

/** What every log line says of the work it is written for: ids only, never a field of a lead. */
export interface LogContext {
  leadId?: string;
  deliveryId?: string;
  workflowId?: string;
  /** Of the trace, in 32 hexadecimal digits; only while tracing is on. */
  traceId?: string;
}

const storage = new AsyncLocalStorage<LogContext>();

/** Runs work, and all that it awaits, under these ids and those around it. */
export function withLogContext<T>(ids: LogContext, work: () => T): T {
  return storage.run({ ...storage.getStore(), ...ids }, work);
}

/** Runs work that is nobody's: what it logs carries no ids, whoever happened to set it off. */
export function withoutLogContext<T>(work: () => T): T {
  return storage.run({}, work);
}

/** Adds ids that were found out meanwhile, e.g. of a lead that intake has just made. Outside of `withLogContext` it does nothing. */
export function addToLogContext(ids: LogContext): void {
  const current = storage.getStore();
  if (current) Object.assign(current, ids);
}

/** The ids of the work under way, as an object of the caller's own. */
export function currentLogContext(): LogContext {
  return { ...storage.getStore() };
}
