import { type Attr, DOMParser, type Document, type Element, type Node } from '@xmldom/xmldom';
import type { Parsed } from './parsed.ts';

/** Far more than a buyer's answer has; XPath takes time that grows with the square of it. */
const MAX_ELEMENTS = 2_000;
const MAX_DEPTH = 100;

const ELEMENT_NODE = 1;
const TEXT_NODE = 3;
const CDATA_NODE = 4;

/**
 * Parses XML, namespaces included. A DOCTYPE is refused, which leaves no entity to expand or fetch, and so is a document
 * beyond what any lead's answer needs.
 */
export function parseXml(text: string): Parsed<Document> {
  const source = text.trim();
  const problem = measure(source);
  if (problem !== null) return { ok: false, why: problem };
  try {
    const parser = new DOMParser({
      locator: false,
      onError: (level) => {
        throw new IllFormed(level);
      },
    });
    const document = parser.parseFromString(source, 'text/xml');
    return document.documentElement ? { ok: true, value: document } : { ok: false, why: 'it has no root element' };
  } catch (error) {
    if (error instanceof Error) return { ok: false, why: 'it is not well-formed XML' };
    throw error;
  }
}

/** Stops the parser at its first complaint: it would go on guessing, slowly. */
class IllFormed extends Error {
  override name = 'IllFormed';
}

/** Walks over the markup once, before a parser builds anything from it. */
function measure(text: string): string | null {
  let elements = 0;
  let depth = 0;
  for (let at = text.indexOf('<'); at !== -1; ) {
    const end = markupEnd(text, at);
    // Unclosed markup: the parser refuses it.
    if (end === -1) return null;
    const next = text.charAt(at + 1);
    if (text.startsWith('!DOCTYPE', at + 1) || text.startsWith('!doctype', at + 1)) return 'it has a DOCTYPE, which is not accepted';
    if (next === '/') depth -= 1;
    else if (next !== '!' && next !== '?') {
      elements += 1;
      if (text.charAt(end - 2) !== '/') depth += 1;
    }
    if (elements > MAX_ELEMENTS) return `it has more than ${MAX_ELEMENTS} elements`;
    if (depth > MAX_DEPTH) return `it nests deeper than ${MAX_DEPTH} levels`;
    at = text.indexOf('<', end);
  }
  return null;
}

/** Where the markup that begins at `at` ends (behind its last character), or -1. */
function markupEnd(text: string, at: number): number {
  for (const [open, close] of [['<!--', '-->'], ['<![CDATA[', ']]>'], ['<?', '?>'], ['</', '>']] as const) {
    if (!text.startsWith(open, at)) continue;
    const end = text.indexOf(close, at + open.length);
    return end === -1 ? -1 : end + close.length;
  }
  let quote = '';
  for (let position = at + 1; position < text.length; position += 1) {
    const character = text.charAt(position);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return position + 1;
  }
  return -1;
}

function isElement(node: Node): node is Element {
  return node.nodeType === ELEMENT_NODE;
}

/** The children of a node, in order. */
export function childNodes(node: Node): Node[] {
  const children: Node[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

/** The attributes of a node, namespace declarations included; none for what is no element. */
export function attributeNodes(node: Node): Attr[] {
  if (!isElement(node)) return [];
  return Array.from({ length: node.attributes.length }, (_, index) => node.attributes.item(index)).filter((attribute) => attribute !== null);
}

function attributesOf(node: Node): [name: string, value: string][] {
  return attributeNodes(node)
    .filter(({ name }) => name !== 'xmlns' && !name.startsWith('xmlns:'))
    .map(({ localName, name, value }) => [localName ?? name, value]);
}

/**
 * A document as plain data, for conditions: `{ result: { '@id': '7', status: 'ok', error: ['a', 'b'] } }`. Names without
 * prefix, repeated elements as a list, text beside attributes or children as `#text`. All values are texts.
 */
export function xmlToValue(document: Document): unknown {
  const root = document.documentElement;
  return root ? { [nameOf(root)]: elementToValue(root) } : {};
}

function nameOf(element: Element): string {
  return element.localName ?? element.nodeName;
}

function elementToValue(element: Element): unknown {
  const parts = new Map<string, unknown[]>(attributesOf(element).map(([name, value]) => [`@${name}`, [value]]));
  let text = '';
  for (const child of childNodes(element)) {
    if (isElement(child)) {
      const known = parts.get(nameOf(child));
      if (known) known.push(elementToValue(child));
      else parts.set(nameOf(child), [elementToValue(child)]);
    } else if (child.nodeType === TEXT_NODE || child.nodeType === CDATA_NODE) text += child.nodeValue ?? '';
  }
  if (parts.size === 0) return text.trim();
  if (text.trim() !== '') parts.set('#text', [text.trim()]);
  return Object.fromEntries([...parts].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}

/** What a document says, without its markup: every text and attribute value, one a line. */
export function xmlText(document: Document): string {
  const lines: string[] = [];
  const waiting: Node[] = document.documentElement ? [document.documentElement] : [];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.nodeType === TEXT_NODE || node.nodeType === CDATA_NODE) lines.push((node.nodeValue ?? '').trim());
    lines.push(...attributesOf(node).map(([, value]) => value.trim()));
    waiting.push(...childNodes(node).reverse());
  }
  return lines.filter((line) => line !== '').join('\n');
}
