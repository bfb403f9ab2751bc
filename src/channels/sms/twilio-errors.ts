import type { ErrorCode } from '../../domain/delivery/outcome.ts';

/** What one of Twilio's error codes means for a delivery. */
export interface TwilioError {
  /** `account`: nobody gets a text until somebody acts. `number`, `filtered`: this message to this number. `passing`: it passes by itself. */
  about: 'account' | 'number' | 'filtered' | 'passing';
  kind: 'transient' | 'permanent';
  code: ErrorCode;
  /** What happened, and what to check. Our own words: Twilio's have the number in them. */
  advice: string;
}

/** The number that opted out (Twilio, "Error 21610"). */
export const OPTED_OUT = 21610;

const NUMBER: Readonly<Record<number, string>> = {
  21211: 'the number in `to` is not valid; check it and its country code',
  21612: 'this sender cannot reach this number; check `from`, and whether the number’s country takes texts from it',
  21614: 'the number in `to` is no mobile number; use one that takes texts',
  21635: 'the number in `to` is a landline; use one that takes texts',
  30005: 'the number is not known to its carrier; check it',
  30006: 'the number is a landline, or its carrier cannot be reached; use one that takes texts',
  [OPTED_OUT]: 'whoever has this number opted out with STOP; they alone can undo that, with START sent to the sender’s number. Do not text it from another one',
};

const ACCOUNT: Readonly<Record<number, string>> = {
  21212: 'the number in `from` is not valid; check it',
  21408: 'the account may not send to this country; allow it in Twilio’s console under Messaging, Geo permissions',
  21601: 'the number in `from` cannot send texts; use one that can',
  21602: 'Twilio got no text; check `text`',
  21603: 'Twilio got no sender; check `from` or `messagingServiceSid`',
  21604: 'Twilio got no recipient; check `to`',
  21605: 'the text is longer than Twilio takes; shorten `text`',
  21606: 'the number in `from` is not of this account, or cannot send texts to this country; check it',
  21607: 'a trial account sends from its own number only; check `from`, or upgrade the account',
  21608: 'a trial account sends to verified numbers only; verify the number, or upgrade the account',
  21609: 'Twilio does not take the callback address; LEADRAIL_PUBLIC_URL must be an address that it can reach',
  21617: 'the text is longer than 1,600 characters; shorten `text`',
  21703: 'the messaging service has no sender; add a number to it',
  21704: 'the messaging service has no sender that fits; add a number to it',
  21705: 'the messaging service is not known; check `messagingServiceSid`',
  30002: 'the account is suspended; see to it in Twilio’s console',
  30010: 'the message costs more than the account allows; look at its limits in Twilio’s console',
  30024: 'the sender may not be used for this; check its registration in Twilio’s console',
  30032: 'the toll-free number is not verified; have it verified in Twilio’s console',
  30033: 'the 10DLC campaign is suspended; see to it in Twilio’s console',
  30034: 'the number is not registered for 10DLC; register brand and campaign in Twilio’s console and add the number to it',
};

const FILTERED: Readonly<Record<number, string>> = {
  30004: 'the number blocks this sender; ask whoever has it',
  30007: 'a carrier filtered the message as unwanted; change the text (no shortened links), and check the sender’s registration',
  30450: 'a carrier blocked the message; change the text, and check the sender’s registration',
};

const PASSING: Readonly<Record<number, [code: ErrorCode, advice: string]>> = {
  20429: ['rate-limited', 'the account makes more requests than Twilio allows; it is tried again later'],
  20503: ['http-status', 'Twilio is busy and took nothing; it is tried again'],
  21611: ['rate-limited', 'the queue of this sender is full; it is tried again later. If it goes on, send from a messaging service with more numbers'],
  30001: ['rate-limited', 'the message waited too long in the sender’s queue; send from a messaging service with more numbers'],
  30003: ['recipient', 'the phone could not be reached: it was off or without a network'],
  30008: ['recipient', 'the carrier gave no reason; try once more, and then check the number'],
  30017: ['http-status', 'the carrier’s network was congested'],
  30022: ['rate-limited', 'the carrier takes no more from this sender for now; check the throughput of its 10DLC campaign'],
  30410: ['http-status', 'the carrier did not answer Twilio in time'],
};

/** What a code means (Twilio, "Error and warning dictionary"); null for one that has no meaning of its own here. */
export function twilioError(code: number): TwilioError | null {
  const number = NUMBER[code];
  if (number !== undefined) return { about: 'number', kind: 'permanent', code: 'recipient', advice: number };
  const filtered = FILTERED[code];
  if (filtered !== undefined) return { about: 'filtered', kind: 'permanent', code: 'recipient', advice: filtered };
  if (code === 20003) return { about: 'account', kind: 'permanent', code: 'unauthorized', advice: 'Twilio does not accept SID and token; check `accountSid` and `authToken`, and whether the account is open' };
  const account = ACCOUNT[code];
  if (account !== undefined) return { about: 'account', kind: 'permanent', code: 'forbidden', advice: account };
  const passing = PASSING[code];
  return passing === undefined ? null : { about: 'passing', kind: 'transient', code: passing[0], advice: passing[1] };
}

/** Where Twilio explains a code. */
export function explanationOf(code: number): string {
  return `https://www.twilio.com/docs/api/errors/${code}`;
}
