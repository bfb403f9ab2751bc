import type { ErrorCode } from '../../domain/delivery/outcome.ts';

/** What reaching one of HubSpot's limits means. */
export interface LimitError {
  code: Extract<ErrorCode, 'rate-limited' | 'quota-exhausted'>;
  /** For a person: what to check. */
  advice: string;
  /** How long to wait where they do not say; undefined where nobody knows. */
  waitMs: number | undefined;
}

const SECOND_MS = 1_000;

/** A 429 by its `policyName` (HubSpot: "API usage guidelines and limits"). The daily limit ends at midnight in the account's time zone. */
export function limitError(policyName: string): LimitError {
  if (policyName.includes('DAILY')) {
    return {
      code: 'quota-exhausted',
      advice: 'the account has used up its requests for today; the destination is shut, and tried again later. See in HubSpot what else uses the API, or have its limit raised',
      waitMs: undefined,
    };
  }
  const advice = 'more requests than they allow at once; it is tried again. If it goes on, see what else uses this app’s token';
  return { code: 'rate-limited', advice, waitMs: policyName === 'SECONDLY' ? SECOND_MS : 10 * SECOND_MS };
}
