const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** A text for HTML, between tags and in a quoted attribute. Control characters that HTML does not have are taken out. */
export function escapeHtml(text: string): string {
  return text.replace(/[^\P{Cc}\t\r\n]/gu, '').replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? character);
}
