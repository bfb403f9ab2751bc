/** Replaces every character by `*`. Length, in UTF-16 units, stays, so masking twice changes nothing. */
export function maskText(text: string): string {
  return '*'.repeat(text.length);
}
