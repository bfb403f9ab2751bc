import type { ErrorCode } from '../domain/delivery/outcome.ts';
import type { Bounce } from '../store/records.ts';

/** What a provider says of a delivery after it took it: an e-mail that bounced, a text message that a carrier stopped. */
export interface DeliveryNews {
  deliveryId: string;
  /** When it happened, by the provider; ISO 8601. */
  at: string;
  /** `confirmed`: it reached the recipient; `failed`: it never will; `complained`: it did, and the recipient called it spam. */
  event: 'confirmed' | 'failed' | 'complained';
  /** How an email that failed came back. */
  bounce?: Bounce;
  code: ErrorCode;
  /** For a person: what happened, and what to check. No personal data beyond the buyer's own. */
  reason: string;
  /** Whether the failure says something about the destination, or only about this one lead. */
  countsForBreaker: boolean;
  /** A failure that may pass by itself: where nobody else in a chain takes the lead, it is sent once more. */
  mayPass: boolean;
}

/**
 * `applied`: the delivery stands otherwise now, or is confirmed. `stale`: later news is known already, or it changes nothing.
 * `not-settled`: its attempt has no end yet; the provider shall come again. `unknown-delivery`: there is none of that id.
 */
export type NewsResult = 'applied' | 'stale' | 'not-settled' | 'unknown-delivery';
