/** How a text goes out by SMS: in which character set, and as how many message parts, each of which is paid for. */
export interface SmsSegments {
  encoding: 'GSM-7' | 'UCS-2';
  segments: number;
}

/** GSM 03.38, basic table: one unit each. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Its extension table: an escape and a character, two units that stand in one part. */
const EXTENSION = new Set('\f^{}\\[~]|€');

const GSM_UNITS = { alone: 160, joined: 153 };
const UCS_UNITS = { alone: 70, joined: 67 };

/**
 * Counts the parts of a text message: 160 characters of GSM-7, or 70 of UCS-2 as soon as one character is not in GSM-7; of a text
 * with several parts, 153 or 67 each, for a header joins them (Twilio, "What the heck is a segment?"). A character of two units is
 * never cut: it goes into the next part whole.
 */
export function countSegments(text: string): SmsSegments {
  const characters = Array.from(text);
  const isGsm = characters.every((character) => BASIC.has(character) || EXTENSION.has(character));
  const { alone, joined } = isGsm ? GSM_UNITS : UCS_UNITS;
  const sizes = characters.map((character) => (isGsm ? (EXTENSION.has(character) ? 2 : 1) : character.length));
  const encoding = isGsm ? 'GSM-7' : 'UCS-2';
  if (sizes.reduce((sum, size) => sum + size, 0) <= alone) return { encoding, segments: 1 };
  let segments = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > joined) {
      segments += 1;
      used = 0;
    }
    used += size;
  }
  return { encoding, segments };
}
