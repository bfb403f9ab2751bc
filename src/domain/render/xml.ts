import { valueText } from '../mapping/value.ts';
import type { Charset } from './charset.ts';
import { charsetName, fitCharset, splitByCharset } from './charset.ts';
import type { Tree, TreeObject } from './tree.ts';

/** How an XML document is dressed. */
export interface XmlOptions {
  /** The root element when the document has not exactly one of its own. Default `lead`. */
  root?: string;
  /** true, the default: version and encoding. A text is used as it is. */
  declaration?: boolean | string;
  charset?: Charset;
}

/** What a list or a value directly under an array is called, for it has no name of its own. */
const ITEM = 'item';

interface Writing {
  charset: Charset;
  /** The namespace prefixes that are declared here. */
  prefixes: ReadonlySet<string>;
}

/**
 * Writes a document (built with `markup`) as XML, in its order. Keys `@name` are attributes, `#text` and `#cdata` the
 * element's own text; a list repeats its element. Everything is escaped, characters that XML cannot hold are removed, and
 * those that the character set cannot hold become references. Names that XML does not allow are mended: `first name`
 * becomes `first_name`, and so does a colon whose prefix is not declared there. Never throws.
 */
export function renderXml(tree: TreeObject | Tree[], { root = 'lead', declaration = true, charset = 'utf-8' }: XmlOptions = {}): string {
  const writing: Writing = { charset, prefixes: new Set(['xml']) };
  const head = declaration === true ? `<?xml version="1.0" encoding="${charsetName(charset).toUpperCase()}"?>` : declaration === false ? '' : declaration;
  const [single] = tree instanceof Map && tree.size === 1 ? [...tree] : [];
  const standsAlone = single !== undefined && !/^[@#]/.test(single[0]) && !Array.isArray(single[1]);
  return head + (standsAlone ? element(single[0], single[1], writing) : element(root, Array.isArray(tree) ? new Map([[ITEM, tree]]) : tree, writing));
}

/** Inside an element, the prefixes that it declares are known besides those from around it. */
function inside(content: Tree, writing: Writing): Writing {
  if (!(content instanceof Map)) return writing;
  const declared = [...content].flatMap(([key, value]) => (isDeclaration(key, value, writing) ? [declaredPrefix(key, writing)] : []));
  return declared.length === 0 ? writing : { ...writing, prefixes: new Set([...writing.prefixes, ...declared]) };
}

/** A prefix cannot stand for nothing, and two are given (Namespaces in XML 1.0, 3 and 4). */
function isDeclaration(key: string, value: Tree, { charset }: Writing): boolean {
  return /^@xmlns:(?!xml$|xmlns$)/.test(key) && isAttribute(key, value) && attributeText(plainText(value), charset) !== '';
}

function declaredPrefix(key: string, writing: Writing): string {
  return xmlName(key.slice('@xmlns:'.length), writing).replaceAll(':', '_');
}

function element(name: string, content: Tree, outside: Writing): string {
  if (Array.isArray(content)) return content.map((one) => element(name, Array.isArray(one) ? new Map([[ITEM, one]]) : one, outside)).join('');
  const writing = inside(content, outside);
  const tag = elementName(name, writing);
  const attributes = content instanceof Map ? attributesOf(content, writing) : '';
  const inner = content instanceof Map ? childrenOf(content, writing) : elementText(valueText(content), writing.charset);
  return inner === '' ? `<${tag}${attributes}/>` : `<${tag}${attributes}>${inner}</${tag}>`;
}

function attributesOf(content: TreeObject, writing: Writing): string {
  const taken = new Set<string>();
  let written = '';
  for (const [key, value] of content) {
    if (!isAttribute(key, value)) continue;
    let name = isDeclaration(key, value, writing) ? `xmlns:${declaredPrefix(key, writing)}` : xmlName(key.slice(1), writing);
    // The same attribute twice would make the document unreadable.
    while (taken.has(name)) name += '_';
    taken.add(name);
    written += ` ${name}="${attributeText(plainText(value), writing.charset)}"`;
  }
  return written;
}

function childrenOf(content: TreeObject, writing: Writing): string {
  let inner = '';
  for (const [key, value] of content) {
    if (isAttribute(key, value)) continue;
    if (key === '#text' && !(value instanceof Map)) inner += elementText(plainText(value), writing.charset);
    else if (key === '#cdata' && !(value instanceof Map)) inner += cdata(plainText(value), writing.charset);
    else inner += element(key, value, writing);
  }
  return inner;
}

function isAttribute(key: string, value: Tree): boolean {
  return key.startsWith('@') && !(value instanceof Map);
}

/** A value where only text can stand: a list is joined. */
function plainText(value: Tree): string {
  if (Array.isArray(value)) return value.map(plainText).join(', ');
  return value instanceof Map ? [...value.values()].map(plainText).join(', ') : valueText(value);
}

/** Line ends other than \n, and what XML 1.1 allows only as a reference, are written as references: a reader may change them otherwise. */
function elementText(value: string, charset: Charset): string {
  return escaped(value, /[&<>\r\u007f-\u009f\u2028]/g, charset);
}

function attributeText(value: string, charset: Charset): string {
  return escaped(value, /[&<>"\t\n\r\u007f-\u009f\u2028]/g, charset);
}

function escaped(value: string, special: RegExp, charset: Charset): string {
  return splitByCharset(holdable(value), charset)
    .map((piece) => (piece.fits ? piece.text.replace(special, entity) : characterReference(piece.text)))
    .join('');
}

/** A section can hold neither its own end nor a reference: it is closed and opened again around both. */
function cdata(value: string, charset: Charset): string {
  const inner = splitByCharset(holdable(value), charset).map((piece) =>
    piece.fits
      ? piece.text.replaceAll(']]>', ']]]]><![CDATA[>').replace(/[\r\u007f-\u009f\u2028]/g, (character) => `]]>${characterReference(character)}<![CDATA[`)
      : `]]>${characterReference(piece.text)}<![CDATA[`,
  );
  return `<![CDATA[${inner.join('')}]]>`;
}

function characterReference(character: string): string {
  return `&#x${(character.codePointAt(0) ?? 0x3f).toString(16).toUpperCase()};`;
}

function entity(character: string): string {
  switch (character) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    case '"':
      return '&quot;';
    default:
      return characterReference(character);
  }
}

/** XML 1.0 has no control characters but tab and line ends, no lone surrogates, no U+FFFE and U+FFFF. */
function holdable(value: string): string {
  return value.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '');
}

const NAME_START = 'A-Za-z_\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u2070-\\u218F\\u3001-\\uD7FF';
const NOT_IN_NAME = new RegExp(`[^${NAME_START}0-9.:\\-\\u00B7\\u0300-\\u036F]`, 'g');
const NAME = new RegExp(`^[${NAME_START}]`);
const PREFIXED = new RegExp(`^([^:]+):[${NAME_START}][^:]*$`);

/** `xmlns` declares namespaces: no element may be called so. */
function elementName(name: string, writing: Writing): string {
  const mended = xmlName(name, writing);
  return mended === 'xmlns' ? '_xmlns' : mended;
}

function xmlName(name: string, { charset, prefixes }: Writing): string {
  const mended = fitCharset(name, charset).trim().replace(NOT_IN_NAME, '_');
  const prefix = PREFIXED.exec(mended)?.[1];
  const declared = prefix !== undefined && prefixes.has(prefix) ? mended : mended.replaceAll(':', '_');
  return NAME.test(declared) ? declared : `_${declared}`;
}
