/** The dress that people write numbers in. */
const DRESS = /[\s().-]+/g;
const E164 = /^\+[1-9]\d{6,14}$/;
/** As dialled in the US and Canada: the normal form that phone fields have there. */
const NORTH_AMERICAN = /^1?([2-9]\d{9})$/;
const SHORT_CODE = /^\d{3,8}$/;
/** Letters, digits and blanks, at most eleven and not digits alone (Twilio, "Alphanumeric Sender ID"). */
const SENDER_NAME = /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/;

/** A number that a text message can go to, in E.164; null for anything else, one with an extension included: a text cannot reach it. */
export function recipientNumber(text: string): string | null {
  const plain = text.replace(DRESS, '');
  if (E164.test(plain)) return plain;
  const [, national] = NORTH_AMERICAN.exec(plain) ?? [];
  return national === undefined ? null : `+1${national}`;
}

/** What a text message can come from: a number, a short code, or a sender's name; null for anything else. */
export function senderOf(text: string): string | null {
  const plain = text.replace(DRESS, '');
  if (SHORT_CODE.test(plain)) return plain;
  return recipientNumber(text) ?? (SENDER_NAME.test(text) ? text : null);
}
