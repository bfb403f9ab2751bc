import type { ParsedBody } from './body.ts';
import { pageText } from './html.ts';

const EXCERPT_LENGTH = 300;
const WORDS_LENGTH = 1_000;

/** The beginning of what a body says, on one line, for the reason of a failure; null when it says nothing. */
export function excerptOf(body: ParsedBody): string | null {
  const text = oneLine(body.kind === 'html' ? pageText(body.page) : body.text, EXCERPT_LENGTH);
  return text === '' ? null : text;
}

/** The buyer's own words for a reason, bounded. */
export function boundedWords(text: string | undefined): string | undefined {
  const words = oneLine(text ?? '', WORDS_LENGTH);
  return words === '' ? undefined : words;
}

function oneLine(text: string, length: number): string {
  // Characters, not halves of them; the first cut keeps a large body from being split whole.
  const characters = Array.from(text.slice(0, length * 10).replace(/[\s\p{Cc}]+/gu, ' ').trim());
  return characters.length > length ? `${characters.slice(0, length).join('').trimEnd()}…` : characters.join('');
}
