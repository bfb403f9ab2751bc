/** What stands for a mailbox: `a@b.example`. A masked one, all asterisks, stands for itself, so that evidence can show where it was. */
const MAILBOX = /^(?:[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()[\]\\,;:"\p{Cc}]+\.[^\s@<>()[\]\\,;:"\p{Cc}.]+|\*+)$/u;
/** A name in front of a mailbox: quoted, or without the characters that separate addresses. */
const NAMED = /^(?:"[^"\\\p{Cc}]*"|[^"<>,;@\\\p{Cc}]*?)\s*<([^<>]*)>$/u;

/** The bare address in `Name <a@b.example>` or `a@b.example`, in lower case; null for what is neither, and so for two addresses in one text. */
export function mailboxOf(address: string): string | null {
  const text = address.trim();
  const mailbox = NAMED.exec(text)?.[1] ?? text;
  return mailbox.length <= 320 && MAILBOX.test(mailbox) ? mailbox.toLowerCase() : null;
}

/** The domain of an address, in lower case; null where it has none. */
export function domainOf(address: string): string | null {
  return mailboxOf(address)?.split('@')[1] ?? null;
}

/**
 * A field's text inside an address. What could begin another address or another header is taken out, so that whoever fills in a form
 * chooses at most the place that the configuration leaves to the field.
 */
export function escapeForAddress(text: string): string {
  return onOneLine(text).replace(/[<>",;\\]/g, ' ').replace(/ +/g, ' ').trim();
}

/** Control characters, line breaks above all, as blanks: no value can add a header. */
export function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
