import type { Answer } from './answer.ts';
import type { ParsedBody } from './body.ts';
import { pageText } from './html.ts';
import { jsonTexts } from './json.ts';
import { compileSearch, isPattern } from './pattern.ts';
import type { SearchKind } from './rule.ts';
import { type Source, textsFrom } from './source.ts';
import { xmlText } from './xml.ts';

/**
 * True when a term is found, ignoring case: in any of the items that `source` selects, or in the whole body when it is
 * null. What is not there is not found.
 */
export function isFound(answer: Answer, kind: SearchKind, term: string, source: Source | null): boolean {
  const texts = source === null ? wholeBody(answer.body, kind, term) : textsFrom(answer, source);
  switch (kind) {
    case 'equals':
      return texts.some((text) => isSameText(text, term));
    case 'matches':
      return matchesAny(texts, term);
    case 'search':
      return isPattern(term) ? matchesAny(texts, term) : texts.some((text) => text.toLowerCase().includes(term.toLowerCase()));
  }
}

function matchesAny(texts: string[], term: string): boolean {
  const pattern = compileSearch(term);
  return pattern.ok && texts.some((text) => pattern.value.matcher(text).find());
}

function isSameText(text: string, term: string): boolean {
  const [left, right] = [text.trim().toLowerCase(), term.trim().toLowerCase()];
  return left === right || (isPlainNumber(left) && isPlainNumber(right) && Number(left) === Number(right));
}

/** A number as JSON writes it, exact in a double. Ids such as `007` are none. */
function isPlainNumber(text: string): boolean {
  return text.length <= 16 && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text);
}

/** The body as texts to search. Of a page and of XML that is what they say, not their markup, unless the term is markup itself. */
function wholeBody(body: ParsedBody, kind: SearchKind, term: string): string[] {
  const raw = body.text.trim();
  switch (body.kind) {
    case 'json':
      // Once as it came and once without escapes; a body that is one value also as that value.
      return [raw, JSON.stringify(body.value), ...(kind === 'equals' && typeof body.value !== 'object' ? jsonTexts(body.value) : [])];
    case 'xml':
      return term.includes('<') ? [xmlText(body.document), raw] : [xmlText(body.document)];
    case 'html':
      return term.includes('<') ? [pageText(body.page), raw] : [pageText(body.page)];
    case 'form':
      return [raw, ...body.parameters.map(([name, value]) => `${name}=${value}`)];
    case 'text':
    case 'unreadable':
      return [raw];
  }
}
