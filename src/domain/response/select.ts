import type { ParsedBody } from './body.ts';
import { checkSelector, textsAtSelector } from './html.ts';
import { checkJsonPath, jsonTexts, valuesAtJsonPath } from './json.ts';
import type { BodyFormat } from './media-type.ts';
import { captureAll, compileCapture } from './pattern.ts';
import { checkXPath, textsAtXPath } from './xpath.ts';

/**
 * What a path selects in a body, as trimmed texts without blanks: a dot path for JSON, XPath for XML, a CSS selector
 * (`form input@value`) for HTML, a parameter's name for a form, a regular expression with one group for text (and for JSON where no dot
 * path could have a group). Empty: not found.
 */
export function selectTexts(body: ParsedBody, path: string): string[] {
  return selectRaw(body, path)
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

function selectRaw(body: ParsedBody, path: string): string[] {
  switch (body.kind) {
    case 'json': {
      const texts = valuesAtJsonPath(body.value, path).flatMap(jsonTexts);
      // A server that calls its JSON text is met by configurations that were made for text.
      return texts.length > 0 || !path.includes('(') ? texts : capturedOrNamed(body.text, path);
    }
    case 'xml':
      return textsAtXPath(body.document, path);
    case 'html':
      return textsAtSelector(body.page, path);
    case 'form':
      return parametersNamed(body.parameters, path);
    case 'text':
    case 'unreadable':
      return capturedOrNamed(body.text, path);
  }
}

function parametersNamed(parameters: [name: string, value: string][], name: string): string[] {
  return parameters.flatMap(([candidate, value]) => (candidate === name ? [value] : []));
}

/** Plain text is often a form that nobody announced (`status=ok&id=5`): a bare name then finds its parameter. */
function capturedOrNamed(text: string, path: string): string[] {
  const pattern = compileCapture(path);
  if (pattern.ok) return captureAll(pattern.value, text);
  return /^[\w.-]+$/.test(path) && /^[^\s&=]+=/.test(text.trim()) ? parametersNamed([...new URLSearchParams(text.trim())], path) : [];
}

/**
 * Null when `path` can be read for bodies of this format; otherwise what is wrong with it. Without a format any kind of
 * path will do, since only an answer shows what it is.
 */
export function checkPath(path: string, format: BodyFormat | undefined): string | null {
  if (path.trim() === '') return 'a path is empty';
  switch (format) {
    case 'json':
      return checkJsonPath(path);
    case 'xml':
      return checkXPath(path);
    case 'html':
      return checkSelector(path);
    case 'form':
      return null;
    case 'text': {
      const pattern = compileCapture(path);
      return pattern.ok ? null : pattern.why;
    }
    case undefined: {
      const fits = (['json', 'xml', 'html', 'text'] as const).some((candidate) => checkPath(path, candidate) === null);
      return fits ? null : `"${path}" is no dot path (JSON), no XPath (XML), no CSS selector (HTML) and no regular expression with one group (text); ${whyNot(path)}`;
    }
  }
}

/** The complaint of the format that the path was most likely meant for. */
function whyNot(path: string): string {
  const likely = path.startsWith('/') ? 'xml' : /[\\(]/.test(path) ? 'text' : 'json';
  return checkPath(path, likely) ?? '';
}
