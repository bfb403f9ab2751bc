import { DrizzleQueryError } from 'drizzle-orm';
import { StoreUnavailable } from './store.ts';

/** Codes of the operating system for a server that is not there. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

/**
 * SQLSTATE classes and codes that pass by themselves: 08 connection, 53 resources, 57P operator (shutdown, starting up),
 * 58 system, 25006 a standby that is not yet the primary, 40001 and 40P01 two transactions in each other's way.
 */
const PASSING_STATE = /^(?:08...|53...|57P0[1-5]|58...|25006|40001|40P01)$/;

/** How pg, its pool and PGlite say that there is no connection any more; these errors have no code. */
const LOST_MESSAGE =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after|PGlite is clos)/i;

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** True when the database went away and the same call may work in a while. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return NETWORK_CODES.has(code) || PASSING_STATE.test(code) || LOST_MESSAGE.test(error.message);
}

/** What a database's error says without the values in it: data errors (class 22) and details quote them. */
function describe(error: Error): string {
  const code = codeOf(error);
  const constraint = 'constraint' in error && typeof error.constraint === 'string' ? ` on ${error.constraint}` : '';
  const isPlain = /^(?!22)[0-9A-Z]{5}$/.test(code);
  return `${code || error.name}${constraint}${isPlain ? `: ${error.message}` : ''}`;
}

/**
 * Turns what a driver throws into what the store promises: `StoreUnavailable` for a lost connection, else an error that names
 * the operation and the rule broken but no stored value (drizzle's own message quotes every parameter, so it goes no further).
 * Errors of our own pass as they are.
 */
export function toStoreError(operation: string, error: unknown): unknown {
  const cause = error instanceof DrizzleQueryError && error.cause ? error.cause : error;
  if (isConnectionLoss(cause) && cause instanceof Error) {
    return new StoreUnavailable(`The database could not be reached for ${operation} (${describe(cause)}). Is it running?`, { cause });
  }
  const isDriverError = error instanceof DrizzleQueryError || (cause instanceof Error && 'severity' in cause);
  return isDriverError && cause instanceof Error ? new Error(`The database refused ${operation}: ${describe(cause)}`) : error;
}
