import type { Installation } from '../installation.ts';
import type { SmsConfig } from './config.ts';

/** Who sends, and by whose token its callbacks are signed. */
export interface TwilioAccount {
  accountSid: string;
  authToken: string;
}

/** The destination's own account, else the installation's; null where there is neither. */
export function accountOf({ accountSid, authToken }: SmsConfig, installation: Installation): TwilioAccount | null {
  return accountSid === undefined || authToken === undefined ? installation.twilio : { accountSid, authToken };
}

/** Why nothing is sent without an account, and what to do. */
export const NO_ACCOUNT =
  'There is no Twilio account to send with: the destination has no `accountSid` and `authToken`, and the installation has no TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN. Set either, then send it again.';
