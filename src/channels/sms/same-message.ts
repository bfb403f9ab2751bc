import type { Doubt } from '../channel.ts';
import type { TwilioMessage } from './message.ts';

/** What a message must be to be the one that was sent. */
export interface Sought {
  to: string;
  /** Null where a messaging service chose the number. */
  from: string | null;
  text: string;
  /** When it may have been sent. */
  doubt: Doubt;
}

/** How far Twilio's clock and ours may be apart. */
export const CLOCKS_APART_MS = 60_000;
/** How long after an attempt ended for us Twilio may still create its message. */
const STILL_AT_WORK_MS = 300_000;
/** Put before every text of a trial account (Twilio, "Free trial"). */
const TRIAL_WORDS = 'Sent from your Twilio trial account - ';

/** True for a message that can be the one that an attempt sent: the same numbers, the same words, at that time. */
export function isSameMessage(message: TwilioMessage, { to, from, text, doubt }: Sought): boolean {
  if (differs(message.to, to) || (from !== null && differs(message.from, from))) return false;
  if (message.body !== null && message.body !== undefined && !isSameText(message.body, text)) return false;
  const atMs = Date.parse(message.date_created ?? message.date_sent ?? '');
  // One without a time has not been taken up yet: it is new.
  if (Number.isNaN(atMs)) return true;
  return atMs >= Date.parse(doubt.since) - CLOCKS_APART_MS && atMs <= Date.parse(doubt.until) + STILL_AT_WORK_MS;
}

function differs(known: string | null | undefined, wanted: string): boolean {
  return known !== null && known !== undefined && known !== wanted;
}

/** Compared by letters and digits: Twilio trims, and its smart encoding writes other quotes and dashes. */
function isSameText(known: string, wanted: string): boolean {
  const words = plain(wanted);
  return plain(known) === words || plain(known) === plain(TRIAL_WORDS) + words;
}

function plain(text: string): string {
  return text.normalize('NFKC').replace(/[^\p{L}\p{N}]+/gu, '');
}
