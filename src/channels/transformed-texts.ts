import { z } from 'zod';
import { decodeText } from '../domain/response/decode.ts';
import { readMediaType } from '../domain/response/media-type.ts';
import { headerOf, parametersOf, type Rendered } from './added-credentials.ts';

/** A longer text is a document in which a value stands, not a value. */
const LONGEST_TEXT = 500;
/** As many characters as are looked for of a lead (`leadRedactions`): the values themselves are among those. */
const MOST_CHARACTERS = 4_000;

/**
 * Texts that a request holds and that are others where it is shown: what a mapping made of sensitive values, such as the last four
 * digits of a number. An answer may repeat them too. Null when the two bodies cannot be compared.
 */
export function transformedTexts({ request: { url, headers, body }, masked }: Rendered): string[] | null {
  const type = readMediaType(headerOf(headers, 'content-type'));
  const whole = body === null ? '' : decodeText(body, type.charset);
  const inBody = type.format === 'form' ? differingParameters(whole, masked.body ?? '') : differingIn(whole, masked.body ?? '');
  if (inBody === null) return null;
  const texts = new Set([...inBody, ...differingParameters(queryOf(url), queryOf(masked.url))]);
  return withinBounds([...texts].filter((text) => text.length <= LONGEST_TEXT));
}

function withinBounds(texts: string[]): string[] {
  let left = MOST_CHARACTERS;
  return texts.filter((text) => (left -= text.length) >= 0);
}

function queryOf(url: string): string {
  return /\?[^#]*/.exec(url)?.[0] ?? '?';
}

function differingParameters(whole: string, shown: string): string[] {
  const others = parametersOf(shown.replace(/^\??/, '?'));
  return parametersOf(whole.replace(/^\??/, '?')).flatMap(([, value], index) => differingWithin(value, others[index]?.[1]));
}

/** By place: both were made by the same mapping. Null for texts of a kind that has no places. */
function differingIn(whole: string, shown: string): string[] | null {
  if (whole === shown) return [];
  const [one, other] = [parsed(whole), parsed(shown)];
  if (one !== undefined && other !== undefined) return differingJson(one, other);
  const [pieces, others] = [piecesOf(whole), piecesOf(shown)];
  return pieces.length === 1 || pieces.length !== others.length ? null : pieces.filter((piece, index) => piece !== others[index]);
}

/** A text within a document may be a document itself: JSON in a form. */
function differingWithin(whole: string, shown: string | undefined): string[] {
  return whole === shown ? [] : (differingIn(whole, shown ?? '') ?? [whole]);
}

/** What stands between the tags, quotes and line breaks of a document. */
function piecesOf(document: string): string[] {
  return document.split(/[<>"\n]/);
}

const jsonSchema = z.json();
type Json = z.output<typeof jsonSchema>;

function differingJson(whole: Json, shown: Json | undefined): string[] {
  if (Array.isArray(whole)) return whole.flatMap((element, index) => differingJson(element, Array.isArray(shown) ? shown[index] : undefined));
  if (typeof whole === 'object' && whole !== null) {
    const others = typeof shown === 'object' && shown !== null && !Array.isArray(shown) ? shown : {};
    return Object.entries(whole).flatMap(([name, value]) => differingJson(value, others[name]));
  }
  if (typeof whole === 'string') return differingWithin(whole, typeof shown === 'string' ? shown : undefined);
  return whole === shown || whole === null ? [] : [String(whole)];
}

/** A document only: a number alone is a text like any other. */
function parsed(text: string): Json | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return jsonSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
