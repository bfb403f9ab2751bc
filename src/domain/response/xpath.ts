import { createRequire } from 'node:module';
import { DOMParser, Node, type Document } from '@xmldom/xmldom';
import { attributeNodes, childNodes } from './xml.ts';

const MAX_LENGTH = 500;
const FOLLOWS = 4;
const PRECEDES = 2;

/** The part of the `xpath` package that is used. Its own types leave `parse` out and would pull browser globals into the whole project. */
interface XPathEngine {
  parse(expression: string): { evaluate(context: EvaluationContext): XPathValue };
}

interface EvaluationContext {
  node: Node;
  /** Prefixes as the document declares them. */
  namespaces: Record<string, string>;
  /** `//Status` finds the element whatever default namespace it stands in. */
  allowAnyNamespaceForNoPrefix: true;
}

/** A set of nodes has `toArray`; a number, text or boolean has not. */
interface XPathValue {
  toArray?: () => unknown[];
  stringValue(): string;
}

function isEngine(value: unknown): value is XPathEngine {
  return typeof value === 'object' && value !== null && 'parse' in value && typeof value.parse === 'function';
}

function loadEngine(): XPathEngine {
  const loaded: unknown = createRequire(import.meta.url)('xpath');
  if (!isEngine(loaded)) throw new Error('the package xpath has no parse function: check its version');
  return loaded;
}

const engine = loadEngine();

/** Null when `expression` is XPath 1.0; otherwise what is wrong with it. */
export function checkXPath(expression: string): string | null {
  if (expression.length > MAX_LENGTH) return `an XPath may have at most ${MAX_LENGTH} characters`;
  const probe = new DOMParser().parseFromString('<probe/>', 'text/xml');
  try {
    engine.parse(expression).evaluate(contextFor(probe));
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : 'it does not compile';
    // Which prefixes there are is known only with an answer.
    return message.includes('Cannot resolve QName') ? null : `it is no XPath: ${message}`;
  }
}

/** The texts of what an XPath selects, in document order: an element's text, an attribute's value. None when it selects nothing. */
export function textsAtXPath(document: Document, expression: string): string[] {
  try {
    const value = engine.parse(expression).evaluate(contextFor(document));
    if (value.toArray === undefined) return [value.stringValue()];
    return value.toArray().map((node) => (node instanceof Node ? (node.nodeValue ?? node.textContent ?? '') : ''));
  } catch (error) {
    // A prefix that this answer does not declare, or a JSON path over an answer in XML: nothing is there.
    if (error instanceof Error) return [];
    throw error;
  }
}

const contexts = new WeakMap<Document, EvaluationContext>();

function contextFor(document: Document): EvaluationContext {
  const known = contexts.get(document);
  if (known) return known;
  const context: EvaluationContext = { node: document, namespaces: numberNodes(document), allowAnyNamespaceForNoPrefix: true };
  contexts.set(document, context);
  return context;
}

/**
 * Gives every node its place in the document, and collects namespace prefixes on the way. The engine sorts by
 * `compareDocumentPosition`, which in the parser's own form walks over all siblings: a second for 2,000 elements.
 */
function numberNodes(document: Document): Record<string, string> {
  const places = new Map<unknown, number>();
  const namespaces = new Map<string, string>();
  function compareDocumentPosition(this: unknown, other: unknown): number {
    const difference = (places.get(other) ?? 0) - (places.get(this) ?? 0);
    if (difference === 0) return 0;
    return difference > 0 ? FOLLOWS : PRECEDES;
  }
  const place = (node: Node): void => {
    places.set(node, places.size);
    Object.defineProperty(node, 'compareDocumentPosition', { value: compareDocumentPosition });
  };
  const waiting: Node[] = [document];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    place(node);
    for (const attribute of attributeNodes(node)) {
      place(attribute);
      const prefix = /^xmlns:(.+)$/.exec(attribute.name)?.[1];
      if (prefix !== undefined && !namespaces.has(prefix)) namespaces.set(prefix, attribute.value);
    }
    waiting.push(...childNodes(node).reverse());
  }
  return Object.fromEntries(namespaces);
}
