/**
 * What one attempt came to. `success`: the buyer took the lead; `failure`: the buyer refused it;
 * `error`: it could not be delivered. Only a transient error is retried.
 */
export type AttemptOutcome = Success | Failure | DeliveryError;

export interface Success {
  outcome: 'success';
  /** The buyer's own id for the lead, where the answer names one. */
  recipientId?: string;
  billable: boolean;
  price?: number;
  /** The buyer's words, kept as evidence; never put into a Temporal history. */
  reason?: string;
}

export interface Failure {
  outcome: 'failure';
  reason: string;
  recipientId?: string;
  billable: boolean;
  price?: number;
}

export interface DeliveryError {
  outcome: 'error';
  /** `unknown`: the request was written and no answer was read, so it may have arrived. */
  kind: ErrorKind;
  code: ErrorCode;
  /** For a person: what happened, to what, and what to check. */
  reason: string;
  /** How long the other side asked us to wait (Retry-After, a rule's `retryAfter`), already bounded. */
  retryAfterMs?: number;
}

export type ErrorKind = 'transient' | 'permanent' | 'unknown';

const ERROR_CODES = [
  'timeout',
  'connection',
  'dns',
  'tls',
  'interrupted',
  'http-status',
  'rate-limited',
  'unauthorized',
  'forbidden',
  'not-found',
  'gone',
  'redirect',
  'unreadable-answer',
  'address-refused',
  'rule',
  // What the account may send is used up, for the day or the month.
  'quota-exhausted',
  // This one recipient cannot be reached, or wants nothing more from us.
  'recipient',
  // A value of this one lead is what their system does not take.
  'invalid-data',
  // Our own side: neither counted by a breaker nor held against the buyer.
  'mapping',
  'secret-missing',
  'configuration',
  'internal',
] as const;

/** Machine-readable causes: safe in histories, metrics and logs. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Reads a code that was kept elsewhere. */
export function isErrorCode(text: string): text is ErrorCode {
  return ERROR_CODES.some((code) => code === text);
}

const OUR_OWN: ReadonlySet<ErrorCode> = new Set(['interrupted', 'mapping', 'secret-missing', 'configuration', 'internal']);

/** True when the cause lies with us (lead data, configuration, a crash) and not with the buyer's side. */
export function isOurFault(code: ErrorCode): boolean {
  return OUR_OWN.has(code);
}

/**
 * True when it is this lead's own data that was refused. Their system has looked at it and answered: it is well, and the next lead may
 * get through, so that a breaker hears of an answer and of no error, as of a buyer's refusal.
 */
export function isAboutLead(code: ErrorCode): boolean {
  return code === 'invalid-data';
}

/** True when no further lead gets through for a while, whoever it is about: it is shut at once, and probed after its cooldown. */
export function stopsDestination(code: ErrorCode): boolean {
  return code === 'quota-exhausted';
}

/** For a person, of a code that shuts a destination. The attempt says it more exactly; nothing of that may stand in a history. */
export function whatToMend(code: ErrorCode): string {
  if (code === 'gone') return 'its address is no more; ask the buyer for the new one';
  return code === 'unauthorized' ? 'its credential is not accepted; store a current one' : 'its credential or its account may not do this; the last attempt says what to see to';
}

/** True when the answer says that this destination is out until somebody acts: credentials gone, access refused, endpoint removed. */
export function shutsDestination(code: ErrorCode): boolean {
  return code === 'unauthorized' || code === 'forbidden' || code === 'gone';
}
