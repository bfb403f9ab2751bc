import { z } from 'zod';
import type { Answer } from './answer.ts';
import type { BodyFormat } from './media-type.ts';
import { captureAll, compileCapture } from './pattern.ts';
import { checkPath, selectTexts } from './select.ts';

/** Where in an answer a value is taken from. */
export type Source =
  | { from: 'path'; path: string }
  | { from: 'header'; name: string }
  | { from: 'cookie'; name: string }
  /** A regular expression with one group, over the whole body or over what `at` selects. */
  | { from: 'pattern'; pattern: string; at?: string }
  /** When the others find nothing. */
  | { from: 'default'; text: string };

const MAX_TEXT = 500;

export const pathSchema = z
  .string()
  .min(1)
  .max(MAX_TEXT)
  .describe('Where in the body: a dot path for JSON (`result.items.*.id`), XPath for XML (`//Result/@id`), a CSS selector for HTML (`#result`, `form input@value`), a parameter of a form, a regular expression with one group for text (`id=(\\d+)`)');

export const headerNameSchema = z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,200}$/, 'is no name of a header').describe('A header of the answer, in any case');
export const cookieNameSchema = z.string().min(1).max(200).describe('A cookie that the answer sets, by its exact name');
export const capturePatternSchema = z.string().min(1).max(MAX_TEXT).describe('A regular expression with exactly one group, or /regex/flags; the group is the value');

const sourceSchema = z.union([
  pathSchema.transform((path): Source => ({ from: 'path', path })),
  z.strictObject({ header: headerNameSchema }).transform(({ header }): Source => ({ from: 'header', name: header })),
  z.strictObject({ cookie: cookieNameSchema }).transform(({ cookie }): Source => ({ from: 'cookie', name: cookie })),
  z
    .strictObject({ pattern: capturePatternSchema, at: pathSchema.optional() })
    .transform(({ pattern, at }): Source => (at === undefined ? { from: 'pattern', pattern } : { from: 'pattern', pattern, at })),
  z.strictObject({ default: z.union([z.string().min(1).max(MAX_TEXT), z.number()]).describe('When the others find nothing') }).transform((source): Source => ({ from: 'default', text: String(source.default) })),
]);

/** A path, `{ header }`, `{ cookie }`, `{ pattern, at }` or `{ default }`, or a list of them. */
export const sourcesSchema = z.union([sourceSchema.transform((source) => [source]), z.array(sourceSchema).min(1).max(20)]);

/** The texts that a source finds, trimmed, blanks dropped. Empty: not found. */
export function textsFrom(answer: Answer, source: Source): string[] {
  return rawTextsFrom(answer, source)
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

function rawTextsFrom(answer: Answer, source: Source): string[] {
  switch (source.from) {
    case 'path':
      return selectTexts(answer.body, source.path);
    case 'header':
      return present(answer.headers.get(source.name.toLowerCase()));
    case 'cookie':
      return present(answer.cookies.get(source.name));
    case 'default':
      return [source.text];
    case 'pattern': {
      const pattern = compileCapture(source.pattern);
      if (!pattern.ok) return [];
      const texts = source.at === undefined ? [answer.body.text] : selectTexts(answer.body, source.at);
      return texts.flatMap((text) => captureAll(pattern.value, text));
    }
  }
}

function present(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}

/** One text from several sources: what they find, joined with ", ", else the defaults; undefined when there is nothing. */
export function joinedText(answer: Answer, sources: readonly Source[] = []): string | undefined {
  const found = sources.filter(({ from }) => from !== 'default').flatMap((source) => textsFrom(answer, source));
  const texts = found.length > 0 ? found : sources.filter(({ from }) => from === 'default').flatMap((source) => textsFrom(answer, source));
  return texts.length === 0 ? undefined : texts.join(', ');
}

/** What is wrong with a source, with the key it stands under (`at`, `pattern`; none for a plain path). */
export function checkSource(source: Source, format: BodyFormat | undefined): { key: string | null; message: string }[] {
  switch (source.from) {
    case 'header':
    case 'cookie':
    case 'default':
      return [];
    case 'path': {
      const message = checkPath(source.path, format);
      return message === null ? [] : [{ key: null, message }];
    }
    case 'pattern': {
      const pattern = compileCapture(source.pattern);
      const at = source.at === undefined ? null : checkPath(source.at, format);
      return [...(pattern.ok ? [] : [{ key: 'pattern', message: pattern.why }]), ...(at === null ? [] : [{ key: 'at', message: at }])];
    }
  }
}
