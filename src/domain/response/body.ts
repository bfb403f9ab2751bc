import type { Document } from '@xmldom/xmldom';
import type { HTMLElement } from 'node-html-parser';
import { decodeText } from './decode.ts';
import { pageText, parseHtml } from './html.ts';
import { parseJson } from './json.ts';
import { readMediaType, type BodyFormat } from './media-type.ts';
import { parseXml, xmlToValue } from './xml.ts';

/** A buyer's answer once it is read. `text` is the decoded body as it came. */
export type ParsedBody =
  | { kind: 'json'; text: string; value: unknown }
  | { kind: 'xml'; text: string; document: Document }
  | { kind: 'html'; text: string; page: HTMLElement }
  | { kind: 'form'; text: string; parameters: [name: string, value: string][] }
  | { kind: 'text'; text: string }
  /** Announced as a format that it is not. It can still be searched as text. */
  | { kind: 'unreadable'; text: string; format: BodyFormat; why: string };

/**
 * Reads a body by its content type, or by `as`, which overrides it. A content type that is missing or evidently wrong
 * gives way to what the body looks like; an empty body is empty text.
 */
export function parseBody(bytes: Uint8Array, contentType: string | undefined, as: BodyFormat | undefined): ParsedBody {
  const media = readMediaType(contentType);
  const text = decodeText(bytes, media.charset);
  if (text.trim() === '') return { kind: 'text', text };
  if (as !== undefined) return readAs(as, text);
  switch (media.format) {
    case 'json':
      return readJsonOr(text, (unreadable) => (PAGE.test(text) ? unreadable : (tryXml(text) ?? unreadable)));
    case 'xml': {
      const body = readAs('xml', text);
      return body.kind === 'unreadable' ? (tryJsonContainer(text) ?? body) : body;
    }
    case 'form':
      return tryJsonContainer(text) ?? (text.trim().startsWith('<') ? sniff(text, false) : readAs('form', text));
    case 'html':
      return sniff(text, true);
    case 'text':
      return sniff(text, false);
    case null:
      return looksLikeForm(text) ? readAs('form', text) : sniff(text, false);
  }
}

function readAs(format: BodyFormat, text: string): ParsedBody {
  switch (format) {
    case 'json': {
      const parsed = parseJson(text);
      return parsed.ok ? { kind: 'json', text, value: parsed.value } : { kind: 'unreadable', text, format, why: parsed.why };
    }
    case 'xml': {
      const parsed = parseXml(text);
      return parsed.ok ? { kind: 'xml', text, document: parsed.value } : { kind: 'unreadable', text, format, why: parsed.why };
    }
    case 'html': {
      const parsed = parseHtml(text);
      return parsed.ok ? { kind: 'html', text, page: parsed.value } : { kind: 'unreadable', text, format, why: parsed.why };
    }
    case 'form':
      return { kind: 'form', text, parameters: [...new URLSearchParams(text.trim())] };
    case 'text':
      return { kind: 'text', text };
  }
}

function readJsonOr(text: string, otherwise: (unreadable: ParsedBody) => ParsedBody): ParsedBody {
  const body = readAs('json', text);
  return body.kind === 'unreadable' ? otherwise(body) : body;
}

/** JSON that nobody announced counts only as an object or list: `true` and `123` are texts like any other. */
function tryJsonContainer(text: string): ParsedBody | null {
  if (!/^\s*[[{]/.test(text)) return null;
  const body = readAs('json', text);
  return body.kind === 'json' ? body : null;
}

function tryXml(text: string): ParsedBody | null {
  if (!/^\s*</.test(text)) return null;
  const body = readAs('xml', text);
  return body.kind === 'xml' ? body : null;
}

/** Elements that open a page or a piece of one, whatever its content type says. */
const PAGE = /^\s*<(?:!doctype\s+html|!--|html|head|body|title|h[1-6]|p|div|span|br|center|table|script|style|meta|pre)\b/i;
/** Elements that could as well open XML: they make a page only of what is announced as one. */
const PAGE_PIECE = /^\s*<(?:a|article|b|blockquote|code|dl|em|font|footer|form|header|i|iframe|img|input|label|link|main|nav|noscript|ol|s|section|small|strong|u|ul)\b/i;

function looksLikeForm(text: string): boolean {
  return text.length <= 10_000 && /^[\w.%+[\]-]+=[^\s&=]*(?:&[\w.%+[\]-]+=[^\s&=]*)*$/.test(text.trim());
}

/** What a body without a trustworthy type looks like. A page without a single tag is plain text: scripts answer so. */
function sniff(text: string, isAnnouncedHtml: boolean): ParsedBody {
  const json = tryJsonContainer(text);
  if (json) return json;
  const isHtml = PAGE.test(text) || (isAnnouncedHtml && PAGE_PIECE.test(text));
  if (!isHtml) {
    const xml = tryXml(text);
    if (xml) return xml;
  }
  if (isHtml || (isAnnouncedHtml && /<[a-z!]/i.test(text))) return readAs('html', text);
  return { kind: 'text', text };
}

/** A body as plain data, for conditions and templates. */
export function bodyValue(body: ParsedBody): unknown {
  switch (body.kind) {
    case 'json':
      return body.value;
    case 'xml':
      return xmlToValue(body.document);
    case 'html':
      return pageText(body.page);
    case 'form':
      return formValue(body.parameters);
    case 'text':
    case 'unreadable':
      return body.text;
  }
}

function formValue(parameters: [string, string][]): Record<string, unknown> {
  const values = new Map<string, string[]>();
  for (const [name, value] of parameters) {
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? all[0] : all]));
}
