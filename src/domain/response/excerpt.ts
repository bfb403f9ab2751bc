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

const BLANKS = /[\s\p{Cc}]+/gu;
const SOMETHING = /[^\s\p{Cc}]/u;

function oneLine(text: string, length: number): string {
  // The first cut keeps a large body from being split whole. It is marked like the second: whoever hides secrets looks for what a cut has left of one.
  const beginning = text.slice(0, length * 10);
  const isCut = SOMETHING.test(text.slice(beginning.length));
  // Characters, not halves of them.
  const characters = Array.from(beginning.replace(BLANKS, ' ').trim());
  return isCut || characters.length > length ? `${characters.slice(0, length).join('').trimEnd()}…` : characters.join('');
}
