import type { ReasonCode } from './state.ts';

/** The sentence a person reads where nothing more exact (the buyer's words, a mapping's mistake) is known. */
export function explain(reason: ReasonCode): string {
  switch (reason) {
    case 'accepted':
      return 'The buyer took the lead.';
    case 'refused':
      return 'The buyer refused the lead.';
    case 'permanent-error':
      return 'The buyer’s side answered with an error that trying again cannot mend.';
    case 'retries-exhausted':
      return 'Every attempt failed; the last attempt says why.';
    case 'may-have-arrived':
      return 'The request was sent and no usable answer came: ask the buyer by the delivery id before sending it again.';
    case 'our-fault':
      return 'Leadrail could not make or send the request; the last attempt or the configuration says why.';
    case 'buyer-paused':
      return 'The buyer is paused by hand: resume it to send.';
    case 'breaker-open':
      return 'Shut after too many errors in a row: opened by a probe that succeeds, or by hand with resume.';
    case 'probe-failed':
      return 'Sent as a probe of a destination that was shut; it is still down.';
    case 'hold-expired':
      return 'Held for the buyer until the hold ran out; redeliver it once the buyer is back.';
    case 'chain-satisfied':
      return 'Another entry of the chain took the lead.';
    case 'chain-not-reached':
      return 'The chain ended before this entry.';
    case 'chain-exhausted':
      return 'Nobody in the chain took the lead, and this buyer was paused: redeliver it once the buyer is back.';
    case 'discarded-by-operator':
      return 'Given up by hand.';
    case 'failed-later':
      return 'The provider took it, and said later that it did not reach the recipient.';
    case 'worker-lost':
      return 'The work on it was lost more often than Temporal allows; look at the workers, then redeliver.';
  }
}
