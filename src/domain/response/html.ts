import { type HTMLElement, parse } from 'node-html-parser';
import type { Parsed } from './parsed.ts';

/** Bounds before parsing: the parser's time grows with the square of open elements and of unclosed comments. */
const MAX_TAGS = 10_000;
const MAX_DEPTH = 512;
const MAX_SELECTOR_LENGTH = 500;
const MAX_HITS = 1_000;

const VOID_ELEMENTS: ReadonlySet<string> = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'param', 'source', 'track', 'wbr']);
/** Elements that the next of their kind closes: pages leave their end tags out. */
const CLOSED_BY_NEXT: ReadonlySet<string> = new Set(['p', 'li', 'dt', 'dd', 'tr', 'td', 'th', 'option']);

/** Parses HTML as leniently as it is written in the wild; scripts, styles and comments are left out. */
export function parseHtml(text: string): Parsed<HTMLElement> {
  const problem = measure(text);
  if (problem !== null) return { ok: false, why: problem };
  return { ok: true, value: parse(withoutComments(text), { blockTextElements: { script: false, style: false } }) };
}

function measure(text: string): string | null {
  let tags = 0;
  let depth = 0;
  for (const [, slash, name = ''] of text.matchAll(/<(\/?)([a-z][a-z0-9]{0,20})/gi)) {
    const element = name.toLowerCase();
    tags += 1;
    if (tags > MAX_TAGS) return `it has more than ${MAX_TAGS} tags`;
    if (VOID_ELEMENTS.has(element) || CLOSED_BY_NEXT.has(element)) continue;
    depth = slash === '/' ? Math.max(0, depth - 1) : depth + 1;
    if (depth > MAX_DEPTH) return `it nests deeper than ${MAX_DEPTH} levels`;
  }
  return null;
}

function withoutComments(text: string): string {
  let kept = '';
  let at = 0;
  for (let open = text.indexOf('<!--'); open !== -1; open = text.indexOf('<!--', at)) {
    kept += text.slice(at, open);
    const close = text.indexOf('-->', open + 4);
    if (close === -1) return kept;
    at = close + 3;
  }
  return kept + text.slice(at);
}

/** Null when `selector` is a CSS selector, with `@name` behind it for an attribute; otherwise what is wrong with it. */
export function checkSelector(selector: string): string | null {
  if (selector.length > MAX_SELECTOR_LENGTH) return `a CSS selector may have at most ${MAX_SELECTOR_LENGTH} characters`;
  const { css } = splitSelector(selector);
  if (css === '' || /[>+~,]$/.test(css)) return 'it is no CSS selector: something is missing at its end';
  try {
    parse('<p></p>').querySelectorAll(css);
    return null;
  } catch (error) {
    return `it is no CSS selector: ${error instanceof Error ? error.message : 'it does not compile'}`;
  }
}

/** The texts of the elements that a selector finds, or with `@name` behind it the values of that attribute. */
export function textsAtSelector(page: HTMLElement, selector: string): string[] {
  const { css, attribute } = splitSelector(selector);
  if (checkSelector(selector) !== null) return [];
  return page.querySelectorAll(css).slice(0, MAX_HITS).map((element) => (attribute === null ? withSingleBlanks(element.structuredText) : (element.getAttribute(attribute) ?? '')));
}

function splitSelector(selector: string): { css: string; attribute: string | null } {
  const match = /^(.+)@([\w:-]+)$/s.exec(selector.trim());
  return match?.[1] !== undefined && match[2] !== undefined ? { css: match[1].trim(), attribute: match[2] } : { css: selector.trim(), attribute: null };
}

const pageTexts = new WeakMap<HTMLElement, string>();

/** What a page says, without its markup; blanks as a browser shows them. */
export function pageText(page: HTMLElement): string {
  const known = pageTexts.get(page);
  if (known !== undefined) return known;
  const text = withSingleBlanks(page.structuredText);
  pageTexts.set(page, text);
  return text;
}

function withSingleBlanks(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
